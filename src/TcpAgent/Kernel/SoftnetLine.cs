namespace TcpAgent.Kernel;

/// <summary>One CPU of softnet_stat. Values that the kernel does not print are <see cref="KernelValue.Absent"/>.</summary>
struct SoftnetLine
{
    internal long Cpu;
    internal long Processed;
    internal long Dropped;
    internal long TimesSqueezed;
    internal long ReceivedRps;
    internal long FlowLimit;
    internal long Backlog;

    /// <summary>The sum of two lines' counters. A count that either line lacks is absent, and so are the CPU and the gauge.</summary>
    internal static SoftnetLine Sum(in SoftnetLine one, in SoftnetLine other) => new()
    {
        Cpu = KernelValue.Absent,
        Processed = Sum(one.Processed, other.Processed),
        Dropped = Sum(one.Dropped, other.Dropped),
        TimesSqueezed = Sum(one.TimesSqueezed, other.TimesSqueezed),
        ReceivedRps = Sum(one.ReceivedRps, other.ReceivedRps),
        FlowLimit = Sum(one.FlowLimit, other.FlowLimit),
        Backlog = KernelValue.Absent,
    };

    static long Sum(long one, long other) =>
        one == KernelValue.Absent || other == KernelValue.Absent ? KernelValue.Absent
        : one > long.MaxValue - other ? long.MaxValue : one + other;
}
