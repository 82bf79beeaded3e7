using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of each listener, and of all together.</summary>
static class ListenerRows
{
    internal static readonly Rows Rows = new("address", "port");

    internal static readonly Row Length = Rows.Gauge(
        "tcpagent_listener_accept_queue_length", "Completed connections that wait for the application to accept them.", from: "inet_diag rqueue");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_listener_accept_queue_limit", "Connections that may wait: the backlog that the application passed to listen(), capped at the somaxconn in force at that moment. The queue is full when the length exceeds this.", from: "inet_diag wqueue");

    internal static readonly Row Peak = Rows.Gauge(
        "tcpagent_listener_accept_queue_peak", "Longest accept queue seen within the peak window (--sample.peak-window, 60s by default).", from: "inet_diag rqueue");

    internal static readonly Row Fullest = Rows.Gauge(
        "tcpagent_listener_accept_queue_fullest", "Longest queue of a single socket, where several share the address and port by SO_REUSEPORT. A value far above the mean points to one stuck worker.", from: "inet_diag rqueue");

    internal static readonly Row SocketsOfOne = Rows.Gauge(
        "tcpagent_listener_sockets", "Sockets that share the address, port and device by SO_REUSEPORT; not exported where there is only one, nor where only /proc/net/tcp can be read, which does not name the device.", from: "inet_diag");

    internal static readonly Row Drops = Rows.Counter(
        "tcpagent_listener_drops_total", "Packets dropped at this listener: SYNs and final handshake ACKs that found no room in the accept queue, the SYN queue or memory, and stray packets such as the reset of a half-open connection. An ACK dropped at a full accept queue counts twice.", from: "sk_drops");

    internal static readonly Row RecentDrops = Rows.Hidden("tcpagent_listener_recent_drops", "Drops at this listener within the peak window.");

    internal static readonly Row SynRecv = Rows.Gauge(
        "tcpagent_listener_syn_recv", "Half-open connections of this listener, as of the last walk. Their limit is the listener's accept queue limit.", from: "inet_diag SYN_RECV");

    internal static readonly Row Retried = Rows.Hidden("tcpagent_listener_retried", "Half-open connections whose SYN-ACK was sent again.");

    internal static readonly Row RetriedSources = Rows.Hidden("tcpagent_listener_retried_sources", "Client addresses of the half-open connections whose SYN-ACK was sent again; at most 64 are distinguished.");

    internal static readonly Row PeakRetried = Rows.Hidden("tcpagent_listener_peak_retried", "Most half-open connections whose SYN-ACK was sent again, within the peak window.");

    internal static readonly Row PeakDeferred = Rows.Hidden("tcpagent_listener_peak_deferred", "Most half-open connections whose SYN-ACK was answered and that waited for data (TCP_DEFER_ACCEPT), within the peak window.");

    internal static readonly Row HasOverflowed = Rows.Hidden("tcpagent_listener_has_overflowed", "1 if this listener dropped something because a queue was full within the peak window.");

    internal static readonly Row Abandoned = Rows.Gauge(
        "tcpagent_listener_abandoned_connections", "Waiting connections whose peer has already closed: clients that gave up before the application accepted them. Exported only while the queue is not empty.", from: "inet_diag CLOSE_WAIT, inode 0");

    internal static readonly Row OldestWait = Rows.Gauge(
        "tcpagent_listener_oldest_wait_seconds", "Time that the oldest connection in the accept queue has waited. Exported only while the queue is not empty.", Scale.Milliseconds, from: "tcpi_last_data_sent");

    internal static readonly Row IsLate = Rows.Hidden("tcpagent_listener_late", "1 while connections wait in this queue long enough to do harm.");

    internal static readonly Row RecentLate = Rows.Hidden(
        "tcpagent_listener_recent_late_connections", "Highest number of connections that had waited longer than a second at the same time within the peak window, while that did harm.");

    internal static readonly Row RecentWait = Rows.Hidden("tcpagent_listener_recent_wait", "Milliseconds that the oldest of those connections had waited.");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Count = CountRows.Gauge("tcpagent_listeners", "Addresses and ports with a TCP listener. A listener bound to a device counts once for that device.");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_listeners_omitted", "Listeners not exported because there are more than --listeners.max; the busiest are kept.");

    internal static readonly Row Unattributed = CountRows.Gauge(
        "tcpagent_listener_drops_unattributed", "Listen drops of the namespace minus those of all listeners seen, open or closed since: drops from before the agent started, or at listeners too short-lived to be seen. May be negative, because some stray packets are counted by the listeners only.", from: "TcpExt.ListenDrops less sk_drops");
}
