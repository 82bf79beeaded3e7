using System.Runtime.InteropServices;

namespace TcpAgent.System;

/// <summary>
/// The only access to the C library, for calls that .NET lacks or offers only at the cost of an exception and an allocation:
/// File.OpenHandle throws for an absent file, Socket refuses AF_NETLINK. Names, types and values are those of the C headers, and all types
/// are blittable.
/// </summary>
static partial class Libc
{
    // asm-generic/errno.h: the same numbers on x64 and arm64.
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENXIO = 6;
    internal const int EBADF = 9;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EEXIST = 17;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int EFBIG = 27;
    internal const int EPIPE = 32;
    internal const int ENOSYS = 38;
    internal const int EBADMSG = 74;
    internal const int EMSGSIZE = 90;
    internal const int EOPNOTSUPP = 95;
    internal const int EAFNOSUPPORT = 97;
    internal const int ECONNRESET = 104;
    internal const int ENOBUFS = 105;
    internal const int ENOTCONN = 107;
    internal const int ETIMEDOUT = 110;
    internal const int ECONNREFUSED = 111;

    internal static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>The symbol and the C library's message of an error number, for log lines and labels.</summary>
    internal static string Describe(int errno)
    {
        var symbol = errno switch
        {
            EPERM => "EPERM",
            ENOENT => "ENOENT",
            EIO => "EIO",
            EAGAIN => "EAGAIN",
            ENOMEM => "ENOMEM",
            EACCES => "EACCES",
            EEXIST => "EEXIST",
            ENODEV => "ENODEV",
            EINVAL => "EINVAL",
            ENFILE => "ENFILE",
            EMFILE => "EMFILE",
            EFBIG => "EFBIG",
            EBADMSG => "EBADMSG",
            EMSGSIZE => "EMSGSIZE",
            EOPNOTSUPP => "EOPNOTSUPP",
            EAFNOSUPPORT => "EAFNOSUPPORT",
            ENOBUFS => "ENOBUFS",
            ETIMEDOUT => "ETIMEDOUT",
            _ => $"errno {errno}",
        };
        return $"{symbol}: {Marshal.GetPInvokeErrorMessage(errno)}";
    }
}
