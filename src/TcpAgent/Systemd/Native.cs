using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcpAgent.Systemd;

/// <summary>The few C library calls that .NET does not offer. Everything is blittable, so no pointer appears in our code.</summary>
static partial class Native
{
    // linux/memfd.h
    internal const uint MFD_CLOEXEC = 1;
    internal const uint MFD_ALLOW_SEALING = 2;

    // linux/fcntl.h: F_LINUX_SPECIFIC_BASE + 9
    internal const int F_ADD_SEALS = 1033;
    internal const int F_SEAL_SEAL = 1;
    internal const int F_SEAL_SHRINK = 2;
    internal const int F_SEAL_GROW = 4;
    internal const int F_SEAL_WRITE = 8;
    internal const int AT_EMPTY_PATH = 0x1000;

    // linux/socket.h
    internal const int SOL_SOCKET = 1;
    internal const int SCM_RIGHTS = 1;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;

    // linux/stat.h
    internal const uint STATX_INO = 0x100;

    // asm-generic/errno.h: the same numbers on x64 and arm64.
    internal const int EAGAIN = 11;
    internal const int ECONNRESET = 104;
    internal const int ENOTCONN = 107;
    internal const int ECONNREFUSED = 111;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial SafeFileHandle memfd_create(ReadOnlySpan<byte> name, uint flags);

    // Variadic in C. On Linux x64 and arm64 an int in third place is passed the same way either way.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(SafeHandle fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendmsg(SafeHandle socket, in MsgHdr message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int statx(int directory, ReadOnlySpan<byte> path, int flags, uint mask, out Statx buffer);

    // struct msghdr, 64-bit.
    [StructLayout(LayoutKind.Sequential)]
    internal struct MsgHdr
    {
        internal nint msg_name;
        internal uint msg_namelen;
        internal nint msg_iov;
        internal nuint msg_iovlen;
        internal nint msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    // struct cmsghdr, 64-bit, followed by one descriptor.
    [StructLayout(LayoutKind.Sequential, Size = Space)]
    internal struct DescriptorMessage
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
        internal int descriptor;

        // CMSG_LEN(sizeof(int)) and, with the padding behind the descriptor, CMSG_SPACE(sizeof(int)).
        internal const int Length = 20;
        internal const int Space = 24;
    }

    // struct statx: unlike struct stat its layout is the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(32)]
        internal ulong stx_ino;

        [FieldOffset(136)]
        internal uint stx_dev_major;

        [FieldOffset(140)]
        internal uint stx_dev_minor;
    }
}
