using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcpAgent.System;

static partial class Libc
{
    // linux/socket.h, asm-generic/socket.h
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_RCVTIMEO = 20;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int SCM_RIGHTS = 1;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int bind(SafeFileHandle sockfd, ReadOnlySpan<byte> addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setsockopt(SafeFileHandle sockfd, int level, int optname, ReadOnlySpan<byte> optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint send(SafeFileHandle sockfd, ReadOnlySpan<byte> buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint recv(SafeFileHandle sockfd, Span<byte> buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendmsg(SafeHandle socket, in MsgHdr message, int flags);

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

        // CMSG_LEN(sizeof(int)) and, with the padding after the descriptor, CMSG_SPACE(sizeof(int)).
        internal const int Length = 20;
        internal const int Space = 24;
    }
}
