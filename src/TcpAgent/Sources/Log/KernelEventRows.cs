using TcpAgent.Kernel.Log;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of what the kernel's log says.</summary>
static class KernelEventRows
{
    /// <summary>The label values, in the order of <see cref="KernelEvent"/>, without None.</summary>
    internal static readonly string[] Names =
    [
        "syn_flooding", "conntrack_full", "tcp_out_of_memory", "too_many_orphans", "time_wait_overflow", "neighbour_v4_overflow",
        "neighbour_v6_overflow", "route_cache_full", "promiscuous_mode", "suppressed",
    ];

    /// <summary>A row for each name, in that order.</summary>
    internal static readonly Rows Events = EventRows();

    internal static readonly Rows Log = new();

    internal static readonly Row Missed = Log.Counter(
        "tcpagent_kernel_log_records_missed_total", "Records of the kernel's log that were overwritten before the agent read them, or were longer than 8 KiB. Events among them are not counted.", from: "/dev/kmsg");

    internal static readonly Row FloodedPort = Log.Hidden(
        "tcpagent_kernel_event_flooded_port", "The port of the last line about SYN flooding.");

    /// <summary>A hidden row for each name, in that order.</summary>
    internal static readonly Rows Ages = AgeRows();

    internal static Row AgeOf(KernelEvent kind) => Ages[(int)kind - 1];

    static Rows EventRows()
    {
        var rows = new Rows();
        foreach (var name in Names)
            rows.Counter(
                "tcpagent_kernel_events_total", "Lines of the kernel's log about networking since the agent started, on the whole host. suppressed: lines of any kind that the kernel left out. A missing line proves nothing: the kernel limits them, and says SYN flooding once after each listen().", labels: $"event=\"{name}\"", from: "/dev/kmsg");
        return rows;
    }

    static Rows AgeRows()
    {
        var rows = new Rows();
        foreach (var name in Names)
            rows.Hidden($"tcpagent_kernel_event_age_{name}", "Nanoseconds since the last such line; absent while there was none.");
        return rows;
    }
}
