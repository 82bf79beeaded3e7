using System.Runtime.InteropServices;

namespace TcpAgent.Tests.Support;

/// <summary>The receiving side of SCM_RIGHTS and the clock, from the C library and not from the code under test.</summary>
static class TestLibc
{
    internal const int F_GET_SEALS = 1034;
    const int ClockMonotonic = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVec
    {
        internal nint Base;
        internal nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MsgHdr
    {
        internal nint Name;
        internal uint NameLength;
        internal nint Vectors;
        internal nuint VectorCount;
        internal nint Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    [DllImport("libc", SetLastError = true)]
    internal static extern nint recvmsg(int socket, ref MsgHdr message, int flags);

    [DllImport("libc", SetLastError = true)]
    internal static extern int fcntl(int fd, int command, int argument);

    [DllImport("libc", SetLastError = true)]
    static extern int clock_gettime(int clock, out TimeSpec time);

    /// <summary>File.Move refuses a link to a folder.</summary>
    [DllImport("libc", CharSet = CharSet.Ansi, SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    internal static extern int rename(string from, string to);

    internal static long MonotonicMicroseconds()
    {
        Assert.Equal(0, clock_gettime(ClockMonotonic, out var time));
        return (time.Seconds * 1_000_000) + (time.Nanoseconds / 1000);
    }
}
