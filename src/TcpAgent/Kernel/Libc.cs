using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcpAgent.Kernel;

/// <summary>
/// The C library calls the agent makes to read the kernel. File.OpenHandle throws and allocates for an absent file, and
/// Socket refuses AF_NETLINK, so these few go to libc. Names, types and values are those of the C headers.
/// </summary>
static partial class Libc
{
    internal const int O_RDONLY = 0;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;

    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int EFBIG = 27;
    internal const int EBADMSG = 74;
    internal const int EMSGSIZE = 90;
    internal const int EOPNOTSUPP = 95;
    internal const int EAFNOSUPPORT = 97;
    internal const int ENOBUFS = 105;
    internal const int ETIMEDOUT = 110;

    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_RCVTIMEO = 20;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int open(ReadOnlySpan<byte> pathname, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pread(int fd, Span<byte> buf, nuint count, long offset);

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

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint opendir(string name);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint readdir(nint dirp);

    [LibraryImport("libc")]
    internal static partial void rewinddir(nint dirp);

    [LibraryImport("libc")]
    internal static partial int closedir(nint dirp);

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clockid, Span<long> tp);

    /// <summary>CPU time that this thread has used, in nanoseconds (CLOCK_THREAD_CPUTIME_ID).</summary>
    internal static long ThreadCpuTime()
    {
        const int CLOCK_THREAD_CPUTIME_ID = 3;
        Span<long> timespec = stackalloc long[2];
        return clock_gettime(CLOCK_THREAD_CPUTIME_ID, timespec) == 0 ? timespec[0] * 1_000_000_000 + timespec[1] : 0;
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int param, int value);

    /// <summary>
    /// Makes the C library give memory back: by default it keeps a heap for each thread and whatever compressing a scrape once
    /// needed, 10 MB in all (mallopt(3)). Other C libraries have no such call and need none.
    /// </summary>
    internal static void KeepHeapSmall()
    {
        const int M_TRIM_THRESHOLD = -1, M_MMAP_THRESHOLD = -3, M_ARENA_MAX = -8;
        try
        {
            _ = mallopt(M_ARENA_MAX, 1);
            _ = mallopt(M_MMAP_THRESHOLD, 64 * 1024);
            _ = mallopt(M_TRIM_THRESHOLD, 128 * 1024);
        }
        catch (EntryPointNotFoundException)
        {
            // musl.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    /// <summary>
    /// Gives back the pages that are free between those in use; of itself the C library gives back only what is free at the heap's end
    /// (malloc_trim(3)). Takes milliseconds: not for the sampler's thread.
    /// </summary>
    internal static void TrimHeap()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl.
        }
    }

    internal static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>The symbol and the C library's words for an error number, for log lines and labels.</summary>
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

    /// <summary>
    /// How many descriptors this process may have open, the soft limit raised to the hard one: systemd, containers and shells start a program
    /// with 1,024, and only the runtime of `dotnet run` raises it (getrlimit(2)).
    /// </summary>
    internal static int RaiseOpenFilesLimit()
    {
        // asm-generic/resource.h; struct rlimit is two unsigned longs. prlimit(2) and not setrlimit(2), which the unit's filter refuses.
        const int RLIMIT_NOFILE = 7;
        Span<ulong> limit = [int.MaxValue, 0];
        if (prlimit(0, RLIMIT_NOFILE, [], limit) == 0 && limit[0] < limit[1] && prlimit(0, RLIMIT_NOFILE, [limit[1], limit[1]], []) == 0)
            limit[0] = limit[1];
        return (int)Math.Min(limit[0], int.MaxValue);
    }

    [LibraryImport("libc")]
    private static partial int prlimit(int pid, int resource, ReadOnlySpan<ulong> newLimit, Span<ulong> oldLimit);
}
