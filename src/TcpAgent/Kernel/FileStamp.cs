using System.Runtime.InteropServices;

namespace TcpAgent.Kernel;

/// <summary>What tells that a file is no longer the one that was read, links followed; default: there is none (statx(2)).</summary>
readonly partial record struct FileStamp
{
    const int AT_FDCWD = -100;
    const uint STATX_BASIC_STATS = 0x7ff;
    const int S_IFMT = 0xf000;
    const int S_IFREG = 0x8000;
    const int S_IROTH = 4;

    readonly Statx _statx;

    FileStamp(in Statx statx) => _statx = statx;

    internal static FileStamp Of(string path) => statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, out var buffer) == 0
        ? new FileStamp(buffer)
        : default;

    /// <summary>Not a pipe, which would make its reader wait, nor a folder.</summary>
    internal bool IsRegular => (_statx.stx_mode & S_IFMT) == S_IFREG;

    internal bool IsReadableByAll => (_statx.stx_mode & S_IROTH) != 0;

    /// <summary>When content, name or rights last changed.</summary>
    internal DateTimeOffset Changed => DateTimeOffset.UnixEpoch.AddSeconds(_statx.stx_ctime).AddTicks(_statx.stx_ctime_nsec / 100);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int dirfd, string pathname, int flags, uint mask, out Statx statxbuf);

    // struct statx, linux/stat.h: the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    record struct Statx
    {
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
}
