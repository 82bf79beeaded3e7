using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of a scan of the UDP sockets, filled by <see cref="UdpSockets"/>.</summary>
static class UdpRows
{
    internal static readonly Rows Receivers = new("address", "port");

    internal static readonly Row Used = Receivers.Gauge(
        "tcpagent_udp_receive_queue_bytes", "Receive buffer in use at this address and port; if several sockets share it, that of the fullest. Exported for at most 32, those that drop most, and only if they dropped a datagram or held an eighth of their buffer within the peak window.", from: "SK_MEMINFO_RMEM_ALLOC");

    internal static readonly Row Limit = Receivers.Gauge(
        "tcpagent_udp_receive_queue_limit_bytes", "Size of that buffer: twice what the application set with SO_RCVBUF, or rmem_default.", from: "SK_MEMINFO_RCVBUF");

    internal static readonly Row Peak = Receivers.Gauge(
        "tcpagent_udp_receive_queue_peak_bytes", "Highest use of the buffer seen within the peak window (--sample.peak-window, 60s by default). A burst between two samples is not seen.", from: "SK_MEMINFO_RMEM_ALLOC");

    internal static readonly Row Sockets = Receivers.Gauge(
        "tcpagent_udp_receive_queue_sockets", "Sockets that share the address and port, by SO_REUSEPORT or because they have peers; not exported where there is only one.", from: "inet_diag");

    internal static readonly Row Drops = Receivers.Counter(
        "tcpagent_udp_socket_drops_total", "Datagrams dropped at this address and port: the receive buffer was full, UDP memory was used up, the checksum was wrong, or a filter or policy rejected them. The count continues when a socket closes.", from: "sk_drops");

    internal static readonly Row RecentDrops = Receivers.Hidden("tcpagent_udp_socket_recent_drops", "Datagrams dropped at this address and port within the peak window.");

    internal static readonly Row StandingPercent = Receivers.Hidden(
        "tcpagent_udp_receive_queue_standing_percent", "Largest share of the buffer that was in use at two consecutive scans within the peak window.");

    internal static readonly Rows Totals = new();

    internal static readonly Row Count = Totals.Gauge("tcpagent_udp_sockets", "UDP sockets of this network namespace that have a local port, IPv4 and IPv6.", from: "inet_diag");

    internal static readonly Row Unfollowed = Totals.Gauge(
        "tcpagent_udp_sockets_unfollowed", "UDP sockets whose buffers and drops are not followed, because there are more than 16384.");

    internal static readonly Row Omitted = Totals.Gauge(
        "tcpagent_udp_receive_queues_omitted", "Addresses and ports that dropped a datagram or held an eighth of their buffer but are not exported, because there are more than 32.");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_udp_sockets_age_seconds", "Age of the last scan of the UDP sockets. Scans are spaced to stay within a tenth of --sample.walk-budget.", Scale.Nanoseconds);

    internal static readonly Row UsablePorts = Totals.Gauge(
        "tcpagent_udp_ephemeral_ports_usable", "Local UDP ports that the kernel may choose: the range minus the reserved ports. With none free, bind() fails with EADDRINUSE, connect() and sendto() with EAGAIN.", from: "ip_local_port_range less ip_local_reserved_ports");

    internal static readonly Row Lost = Totals.Hidden("tcpagent_udp_recent_lost", "Datagrams that found their receive buffer full within the peak window.");

    internal static readonly Row Received = Totals.Hidden("tcpagent_udp_recent_received", "Datagrams that applications read within the peak window.");

    internal static readonly Row ReceiveQueueIPv4 = Totals.Hidden("tcpagent_udp_receive_queues_bytes", "Receive buffers in use by all IPv4 sockets.");

    internal static readonly Row SendQueueIPv4 = Totals.Hidden("tcpagent_udp_send_queues_bytes", "Send buffers in use by all IPv4 sockets.");

    internal static readonly Row ReceiveQueueIPv6 = Totals.Hidden("tcpagent_udp6_receive_queues_bytes", "Receive buffers in use by all IPv6 sockets.");

    internal static readonly Row SendQueueIPv6 = Totals.Hidden("tcpagent_udp6_send_queues_bytes", "Send buffers in use by all IPv6 sockets.");

    internal static readonly Rows Sources = new("source");

    internal static readonly Row UsedPorts = Sources.Gauge(
        "tcpagent_udp_ephemeral_ports_used", "Usable ports that a socket bound to this source address cannot get. A socket that only connects or sends uses 0.0.0.0 or ::, where the ports of every address are taken. Exported only for the addresses with the most ports, from 16 or 2 percent on.", from: "inet_diag");
}
