using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>What a look at the UDP sockets finds; the places are <see cref="UdpSockets"/>'.</summary>
static class UdpRows
{
    internal static readonly Rows Receivers = new("address", "port");

    internal static readonly Row Used = Receivers.Gauge(
        "tcpagent_udp_receive_queue_bytes", "Receive buffer in use at this address and port; of several sockets the fullest one's. Only the 32 that drop most, and only those that dropped a datagram or held an eighth of their buffer within the peak window.", from: "SK_MEMINFO_RMEM_ALLOC");

    internal static readonly Row Limit = Receivers.Gauge(
        "tcpagent_udp_receive_queue_limit_bytes", "Size of that buffer: twice what the application set by SO_RCVBUF, or rmem_default.", from: "SK_MEMINFO_RCVBUF");

    internal static readonly Row Peak = Receivers.Gauge(
        "tcpagent_udp_receive_queue_peak_bytes", "Most of the buffer seen in use within the peak window (--sample.peak-window, 60s by default). A burst between two samples is not seen.", from: "SK_MEMINFO_RMEM_ALLOC");

    internal static readonly Row Sockets = Receivers.Gauge(
        "tcpagent_udp_receive_queue_sockets", "Sockets that share the address and port, by SO_REUSEPORT or because they have peers; not exported where there is one.", from: "inet_diag");

    internal static readonly Row Drops = Receivers.Counter(
        "tcpagent_udp_socket_drops_total", "Datagrams dropped at this address and port: the receive buffer was full, UDP memory was used up, or the checksum, a filter or a policy was against them. Counts on when a socket closes.", from: "sk_drops");

    internal static readonly Row RecentDrops = Receivers.Hidden("tcpagent_udp_socket_recent_drops", "Of these the ones within the peak window.");

    internal static readonly Row StandingPercent = Receivers.Hidden(
        "tcpagent_udp_receive_queue_standing_percent", "The largest share of the buffer that was in use at two looks running within the peak window.");

    internal static readonly Rows Totals = new();

    internal static readonly Row Count = Totals.Gauge("tcpagent_udp_sockets", "UDP sockets of this network namespace that have a local port, IPv4 and IPv6.", from: "inet_diag");

    internal static readonly Row Unfollowed = Totals.Gauge(
        "tcpagent_udp_sockets_unfollowed", "Of these the ones whose buffers and drops are left out, because there are more than 16384.");

    internal static readonly Row Omitted = Totals.Gauge(
        "tcpagent_udp_receive_queues_omitted", "Addresses and ports left out although they dropped a datagram or held an eighth of their buffer: there are more than 32.");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_udp_sockets_age_seconds", "How old the last look at the UDP sockets is. Looking is stretched so that it stays within a tenth of --sample.walk-budget.", Scale.Nanoseconds);

    internal static readonly Row UsablePorts = Totals.Gauge(
        "tcpagent_udp_ephemeral_ports_usable", "Local UDP ports that the kernel may choose: the range less the reserved ones. With none free, bind() fails with EADDRINUSE, connect() and sendto() with EAGAIN.", from: "ip_local_port_range less ip_local_reserved_ports");

    internal static readonly Row Lost = Totals.Hidden("tcpagent_udp_recent_lost", "Datagrams that no receive buffer had room for, within the peak window.");

    internal static readonly Row Received = Totals.Hidden("tcpagent_udp_recent_received", "Datagrams that applications read within the peak window.");

    internal static readonly Rows Sources = new("source");

    internal static readonly Row UsedPorts = Sources.Gauge(
        "tcpagent_udp_ephemeral_ports_used", "Usable ports taken for a socket that binds to this source address. One that only connects or sends binds to all, 0.0.0.0 or ::, where the ports of every address are taken. Only the addresses with most, from 16 ports or 2 percent on.", from: "inet_diag");
}
