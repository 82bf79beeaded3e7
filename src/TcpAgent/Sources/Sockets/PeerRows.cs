using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Figures of destinations whose connections make no progress, mostly for the verdict alone. Each value of
/// <see cref="Syns"/> and <see cref="Connections"/> is the highest within the peak window.
/// </summary>
static class PeerRows
{
    internal const int MaxPeers = 10;

    /// <summary>Destinations that leave SYNs unanswered.</summary>
    internal static readonly Rows Syns = new("address", "port");

    /// <summary>
    /// Destinations to which connects are under way now: of those with unanswered SYNs or with many connects, the worst. One of them may be
    /// a destination that answers most SYNs, which is not silent.
    /// </summary>
    internal static readonly Rows Connects = new("address", "port");

    /// <summary>Destinations that do not acknowledge, or do not read.</summary>
    internal static readonly Rows Connections = new("address", "port");

    internal static readonly PeerColumns SynColumns = new(
        Syns, "syn",
        Syns.Gauge(
            "tcpagent_destination_unanswered_syns", "Connection attempts of this host that had no answer and sent their SYN again: the highest number at once within the peak window. Exported for at most 10 destinations, each with three or more; :: stands for many addresses.", from: "inet_diag SYN_SENT"),
        Syns.Gauge(
            "tcpagent_destination_unanswered_oldest_seconds", "How long the oldest of them has waited for an answer.", Scale.Milliseconds, from: "inet_diag SYN_SENT"));

    internal static readonly PeerColumns ConnectColumns = new(Connects, "connect"),
        ConnectionColumns = new(Connections, "connection");
}
