using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    [LibraryImport("libc")]
    private static partial int clock_gettime(int clockid, Span<long> tp);

    /// <summary>CPU time that this thread has used, in nanoseconds (CLOCK_THREAD_CPUTIME_ID).</summary>
    internal static long ThreadCpuTime()
    {
        const int CLOCK_THREAD_CPUTIME_ID = 3;
        Span<long> timespec = stackalloc long[2];
        return clock_gettime(CLOCK_THREAD_CPUTIME_ID, timespec) == 0 ? timespec[0] * 1_000_000_000 + timespec[1] : 0;
    }

    /// <summary>
    /// Raises the soft limit of open files to the hard one and returns it: systemd, containers and shells start a program with 1,024, and
    /// only the runtime of `dotnet run` raises that itself (getrlimit(2)).
    /// </summary>
    internal static int RaiseOpenFilesLimit()
    {
        // asm-generic/resource.h; struct rlimit is two unsigned longs. Uses prlimit(2), because the unit's filter rejects setrlimit(2).
        const int RLIMIT_NOFILE = 7;
        Span<ulong> limit = [int.MaxValue, 0];
        if (prlimit(0, RLIMIT_NOFILE, [], limit) == 0 && limit[0] < limit[1] && prlimit(0, RLIMIT_NOFILE, [limit[1], limit[1]], []) == 0)
            limit[0] = limit[1];
        return (int)Math.Min(limit[0], int.MaxValue);
    }

    [LibraryImport("libc")]
    private static partial int prlimit(int pid, int resource, ReadOnlySpan<ulong> newLimit, Span<ulong> oldLimit);
}
