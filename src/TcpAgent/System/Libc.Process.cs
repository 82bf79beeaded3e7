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
    /// How many descriptors this process may have open, the soft limit raised to the hard one: systemd, containers and shells start a
    /// program with 1,024, and only the runtime of `dotnet run` raises it (getrlimit(2)).
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
