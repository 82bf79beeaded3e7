namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// What a CPU quota did to a cgroup and those in it: cpu.stat (kernel/sched/core.c, cpu_extra_stat_show of version 2 and
/// cpu_cfs_stat_show of version 1). The counters only rise.
/// </summary>
/// <param name="Periods">Enforcement periods, 100 ms each by default, in which something ran.</param>
/// <param name="Throttled">Those of them in which the quota was used up.</param>
/// <param name="Nanoseconds">Time throttled, summed over the CPUs.</param>
readonly record struct CpuStat(long Periods, long Throttled, long Nanoseconds)
{
    const long NanosecondsPerMicrosecond = 1000;

    /// <summary>False where the controller is not in use; then the file has no such lines or does not exist.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out CpuStat stat)
    {
        var (periods, throttled, time) = (KernelValue.Absent, KernelValue.Absent, KernelValue.Absent);
        var cursor = new Cursor(text);
        while (cursor.TryReadLine(out var line))
        {
            if (!line.TryReadField(out var name) || !line.TryReadInt64(out var value) || value < 0)
                continue;
            if (name.SequenceEqual("nr_periods"u8))
                periods = value;
            else if (name.SequenceEqual("nr_throttled"u8))
                throttled = value;
            else if (name.SequenceEqual("throttled_usec"u8))
                time = value > long.MaxValue / NanosecondsPerMicrosecond ? long.MaxValue : value * NanosecondsPerMicrosecond;
            else if (name.SequenceEqual("throttled_time"u8))
                time = value;
        }
        var isKnown = periods != KernelValue.Absent && throttled != KernelValue.Absent && time != KernelValue.Absent;
        stat = isKnown ? new CpuStat(periods, throttled, time) : default;
        return isKnown;
    }

    /// <summary>The rise since an earlier reading; nothing if the counters fell, because they are not of the same cgroup then.</summary>
    internal CpuStat Since(in CpuStat earlier) =>
        Periods < earlier.Periods || Throttled < earlier.Throttled || Nanoseconds < earlier.Nanoseconds
            ? default
            : new CpuStat(Periods - earlier.Periods, Throttled - earlier.Throttled, Nanoseconds - earlier.Nanoseconds);
}
