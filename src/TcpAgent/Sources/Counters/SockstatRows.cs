using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/sockstat and sockstat6. One line mixes values of two scopes: the network namespace and the whole host.</summary>
static class SockstatRows
{
    internal static readonly Rows Rows = new();

    static readonly Section s_sockets = Rows.Section("sockets");
    static readonly Section s_tcp = Rows.Section("TCP");
    static readonly Section s_udp = Rows.Section("UDP");
    static readonly Section s_frag = Rows.Section("FRAG");
    static readonly Section s_tcp6 = Rows.Section("TCP6");
    static readonly Section s_udp6 = Rows.Section("UDP6");
    static readonly Section s_frag6 = Rows.Section("FRAG6");
    static readonly Section s_udpLite = Rows.Section("UDPLITE");
    static readonly Section s_udpLite6 = Rows.Section("UDPLITE6");
    static readonly Section s_raw = Rows.Section("RAW");
    static readonly Section s_raw6 = Rows.Section("RAW6");

    // net/socket.c socket_seq_show
    internal static readonly Row SocketsUsed = s_sockets.Gauge(
        "used", "tcpagent_sockets_used", "Sockets of every family, including Unix sockets, in this network namespace. Excludes TIME_WAIT.");

    // net/ipv4/proc.c sockstat_seq_show
    internal static readonly Row TcpInuse = s_tcp.Gauge("inuse", "tcpagent_tcp_sockets_inuse",
        "IPv4 TCP sockets of this network namespace: listening, connecting, connected or closing. Excludes TIME_WAIT and half-open "
        + "incoming connections (SYN_RECV).");

    internal static readonly Row TcpOrphan = s_tcp.Gauge("orphan", "tcpagent_tcp_orphans",
        "TCP connections, IPv4 and IPv6, that their application has closed and the kernel has yet to finish. Host-wide; bounded by "
        + "tcp_max_orphans. Excludes TIME_WAIT.");

    internal static readonly Row TcpTw = s_tcp.Gauge("tw", "tcpagent_tcp_time_wait_sockets",
        "TIME_WAIT sockets, IPv4 and IPv6, and the closed FIN_WAIT2 sockets that the kernel keeps in the same small form. This network "
        + "namespace; bounded by tcp_max_tw_buckets.");

    internal static readonly Row TcpAlloc = s_tcp.Gauge("alloc", "tcpagent_tcp_sockets_allocated",
        "TCP sockets that exist, IPv4 and IPv6, including orphans and unconnected sockets. Excludes TIME_WAIT and SYN_RECV. Host-wide, so "
        + "it exceeds the sockets of this namespace.");

    internal static readonly Row TcpMem = s_tcp.Gauge("mem", "tcpagent_tcp_memory_bytes",
        "Memory charged to TCP buffers, IPv4 and IPv6. Host-wide; pressure begins at tcp_mem[1] pages and the hard limit is tcp_mem[2]. "
        + "The kernel charges in steps, so it runs a little high.",
        Scale.Pages);

    internal static readonly Row UdpInuse = s_udp.Gauge(
        "inuse", "tcpagent_udp_sockets_inuse", "IPv4 UDP sockets of this network namespace that are bound to a port.");

    internal static readonly Row UdpMem = s_udp.Gauge(
        "mem", "tcpagent_udp_memory_bytes", "Memory charged to UDP buffers, IPv4 and IPv6. Host-wide; bounded by udp_mem[2] pages, above which datagrams are dropped.", Scale.Pages);

    internal static readonly Row FragMemory = s_frag.Gauge("memory", "tcpagent_ip_fragment_memory_bytes",
        "Memory of IPv4 fragments that wait to be reassembled, in this network namespace. Above ipfrag_high_thresh new fragments "
        + "are dropped.");

    // net/ipv6/proc.c sockstat6_seq_show
    internal static readonly Row Tcp6Inuse = s_tcp6.Gauge("inuse", "tcpagent_tcp6_sockets_inuse",
        "IPv6 TCP sockets of this network namespace, including those that carry IPv4: listening, connecting, connected or closing. "
        + "Excludes TIME_WAIT and SYN_RECV.");

    internal static readonly Row Udp6Inuse = s_udp6.Gauge(
        "inuse", "tcpagent_udp6_sockets_inuse", "IPv6 UDP sockets of this network namespace that are bound to a port, including those that carry IPv4.");

    internal static readonly Row Frag6Memory = s_frag6.Gauge("memory", "tcpagent_ip6_fragment_memory_bytes",
        "Memory of IPv6 fragments that wait to be reassembled, in this network namespace. Above ip6frag_high_thresh new fragments "
        + "are dropped.");

    internal static readonly Row FragInuse = s_frag.Hidden("inuse", "tcpagent_ip_fragment_queues", "IPv4 packets that wait for fragments.");

    internal static readonly Row Frag6Inuse = s_frag6.Hidden("inuse", "tcpagent_ip6_fragment_queues", "IPv6 packets that wait for fragments.");

    internal static readonly Row UdpLiteInuse = s_udpLite.Hidden("inuse", "tcpagent_udplite_sockets_inuse", "IPv4 UDP-Lite sockets that are bound to a port.");

    internal static readonly Row UdpLite6Inuse = s_udpLite6.Hidden("inuse", "tcpagent_udplite6_sockets_inuse", "IPv6 UDP-Lite sockets that are bound to a port.");

    internal static readonly Row RawInuse = s_raw.Hidden("inuse", "tcpagent_raw_sockets_inuse", "IPv4 raw sockets.");

    internal static readonly Row Raw6Inuse = s_raw6.Hidden("inuse", "tcpagent_raw6_sockets_inuse", "IPv6 raw sockets.");
}
