using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of TCP sockets by state and of the walks that count them.</summary>
static class SocketRows
{
    /// <summary>The states of include/net/tcp_states.h, in order.</summary>
    internal static readonly string[] StateNames =
    [
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait", "last_ack", "listen",
        "closing",
    ];

    // The row is the state's number minus one.
    internal static readonly Rows States = StateRows(
        "tcpagent_tcp_sockets", "TCP sockets of this network namespace in each state, IPv4 and IPv6 together. All eleven states are always present.");

    internal static readonly Rows Peaks = StateRows(
        "tcpagent_tcp_sockets_peak", "Highest number of sockets in each state within the peak window (--sample.peak-window, 60s by default).");

    internal static readonly Rows CheckDifferences = StateRows(
        "tcpagent_tcp_sockets_check_difference",
        "Difference between a full count and the exported states when the two were last compared. On a busy host a few change state in "
        + "between.");

    internal static readonly Rows Walk = new();

    internal static readonly Row Transient = Walk.Gauge(
        "tcpagent_tcp_transient_sockets", "Sockets in SYN_SENT, FIN_WAIT1, FIN_WAIT2, LAST_ACK or CLOSING, excluding FIN_WAIT2 mini-sockets. Computed from counters alone, so it is fresh at every sample however old the walk is.", from: "sockstat, snmp");

    internal static readonly Row WalkInterval = Walk.Gauge(
        "tcpagent_walk_interval_seconds", "Time between two walks of the socket table. Walks are spaced to stay within --sample.walk-budget of one CPU.", Scale.Nanoseconds);

    internal static readonly Row WalkAge = Walk.Gauge(
        "tcpagent_walk_age_seconds", "Age of the states that only a walk can count: the age of the last walk, or 0 while counters show that no socket has changed since. A walk is taken at least once a minute in any case, as far as --sample.walk-budget allows.", Scale.Nanoseconds);

    internal static readonly Row WalkDuration = Walk.Gauge(
        "tcpagent_walk_duration_seconds", "Duration of the last walk.", Scale.Nanoseconds);

    internal static readonly Row Walks = Walk.Counter("tcpagent_walks_total", "Walks of the socket table for its rare states.");

    internal static readonly Row WalkCpu = Walk.Counter(
        "tcpagent_walk_cpu_seconds_total", "CPU time of the walks for the rare states.", Scale.Nanoseconds);

    internal static readonly Row Checks = Walk.Counter(
        "tcpagent_walk_checks_total", "Full counts of all sockets, which occasionally check the states.");

    internal static readonly Row CheckCpu = Walk.Counter(
        "tcpagent_walk_check_cpu_seconds_total", "CPU time of the full counts.", Scale.Nanoseconds);

    internal static readonly Row HeldCloseWait = Walk.Hidden(
        "tcpagent_tcp_held_close_wait", "Sockets in CLOSE_WAIT that a process holds. Excludes those that no process has accepted yet.");

    internal static readonly Row StayingCloseWait = Walk.Hidden(
        "tcpagent_tcp_staying_close_wait", "Sockets in CLOSE_WAIT that were there a second ago too; at most 512 are followed.");

    /// <summary>The number of sockets in a state.</summary>
    internal static Row Of(TcpState state) => States[(int)state - 1];

    static Rows StateRows(string name, string help)
    {
        var rows = new Rows();
        foreach (var state in StateNames)
            rows.Gauge(name, help, labels: $"state=\"{state}\"", from: "sock_diag");
        return rows;
    }
}
