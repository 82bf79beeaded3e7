using System.Runtime.InteropServices;

namespace TcpAgent.System;

/// <summary>struct statx, linux/stat.h: unlike struct stat its layout is the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
record struct Statx
{
    [FieldOffset(16)]
    internal uint stx_nlink;

    [FieldOffset(28)]
    internal ushort stx_mode;

    [FieldOffset(32)]
    internal ulong stx_ino;

    [FieldOffset(40)]
    internal ulong stx_size;

    [FieldOffset(96)]
    internal long stx_ctime;

    [FieldOffset(104)]
    internal uint stx_ctime_nsec;

    [FieldOffset(112)]
    internal long stx_mtime;

    [FieldOffset(120)]
    internal uint stx_mtime_nsec;

    [FieldOffset(136)]
    internal uint stx_dev_major;

    [FieldOffset(140)]
    internal uint stx_dev_minor;
}
