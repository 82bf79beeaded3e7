using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>What is exported of each listener, and of all together.</summary>
static class ListenerRows
{
    internal static readonly Rows Rows = new("address", "port");

    internal static readonly Row Length = Rows.Gauge(
        "tcpagent_listener_accept_queue_length", "Connections complete and waiting for the application to accept them.", from: "inet_diag rqueue");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_listener_accept_queue_limit", "Connections that may wait: the backlog that the application gave to listen(), capped at the somaxconn in force at that moment. The queue is full when it is longer.", from: "inet_diag wqueue");

    internal static readonly Row Peak = Rows.Gauge(
        "tcpagent_listener_accept_queue_peak", "Longest accept queue seen within the peak window (--sample.peak-window, 60s by default).", from: "inet_diag rqueue");

    internal static readonly Row Fullest = Rows.Gauge(
        "tcpagent_listener_accept_queue_fullest", "Longest queue of a single socket, where several share the address and port by SO_REUSEPORT. Far above the mean means one stuck worker.", from: "inet_diag rqueue");

    internal static readonly Row SocketsOfOne = Rows.Gauge(
        "tcpagent_listener_sockets", "Sockets that share the address, port and device by SO_REUSEPORT; not exported where there is one, nor where only /proc/net/tcp can be read, which does not tell the device.", from: "inet_diag");

    internal static readonly Row Drops = Rows.Counter(
        "tcpagent_listener_drops_total", "Packets dropped at this listener: SYNs and final handshake ACKs that found no room in the accept queue, the SYN queue or memory, and stray packets such as the reset of a half-open connection. An ACK dropped at a full accept queue counts twice.", from: "sk_drops");

    internal static readonly Row RecentDrops = Rows.Hidden("tcpagent_listener_recent_drops", "Of these the ones within the peak window.");

    internal static readonly Row SynRecv = Rows.Gauge(
        "tcpagent_listener_syn_recv", "Half-open connections of this listener, as of the last walk. Their limit is the listener's accept queue limit.", from: "inet_diag SYN_RECV");

    internal static readonly Row Retried = Rows.Hidden("tcpagent_listener_retried", "Of these the ones whose SYN-ACK was sent again.");

    internal static readonly Row RetriedSources = Rows.Hidden("tcpagent_listener_retried_sources", "Addresses that they come from, told apart up to 64.");

    internal static readonly Row Deferred = Rows.Hidden("tcpagent_listener_deferred", "Half-open connections whose SYN-ACK was answered and which wait for data (TCP_DEFER_ACCEPT).");

    internal static readonly Row HasOverflowed = Rows.Hidden("tcpagent_listener_has_overflowed", "1 when it dropped something for a full queue within the peak window.");

    internal static readonly Row Abandoned = Rows.Gauge(
        "tcpagent_listener_abandoned_connections", "Waiting connections whose peer has already closed: clients gave up before the application accepted. Only while the queue is not empty.", from: "inet_diag CLOSE_WAIT, inode 0");

    internal static readonly Row OldestWait = Rows.Gauge(
        "tcpagent_listener_oldest_wait_seconds", "How long the oldest of the waiting connections has waited to be accepted. Only while the queue is not empty.", Scale.Milliseconds, from: "tcpi_last_data_sent");

    internal static readonly Row IsLate = Rows.Hidden("tcpagent_listener_late", "1 while its connections wait so long that it harms.");

    internal static readonly Row RecentLate = Rows.Hidden(
        "tcpagent_listener_recent_late_connections", "Most that had waited longer than a second at once, while that did harm, within the peak window.");

    internal static readonly Row RecentWait = Rows.Hidden("tcpagent_listener_recent_wait", "Milliseconds that the oldest of them had waited.");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Count = CountRows.Gauge("tcpagent_listeners", "Addresses and ports that are listened on, each device for itself where a listener is bound to one.");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_listeners_omitted", "Of these the ones left out above --listeners.max; the busiest are kept.");

    internal static readonly Row Unattributed = CountRows.Gauge(
        "tcpagent_listener_drops_unattributed", "The host's listen drops less those of all listeners seen, open or closed since: drops from before the agent started, or at listeners too short-lived to be seen. Below zero by the stray packets that only the listeners count.", from: "TcpExt.ListenDrops less sk_drops");
}
