using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>/proc/net/sockstat and sockstat6. Values of two scopes stand on one line: one network namespace, and the whole host.</summary>
static class SockstatRows
{
    internal static readonly Metric[] All =
    [
        // net/socket.c socket_seq_show
        Gauge("sockets", "used", "tcpagent_sockets_used",
            "Sockets of every family, Unix sockets included, in this network namespace. TIME_WAIT is not in it."),

        // net/ipv4/proc.c sockstat_seq_show
        Gauge("TCP", "inuse", "tcpagent_tcp_sockets_inuse",
            "IPv4 TCP sockets of this network namespace: listening, connecting, connected or closing. Neither TIME_WAIT nor half-open "
            + "incoming connections (SYN_RECV) are in it."),
        Gauge("TCP", "orphan", "tcpagent_tcp_orphans",
            "TCP connections, IPv4 and IPv6, that their application closed and the kernel still finishes. Host-wide; bounded by "
            + "tcp_max_orphans. TIME_WAIT is not in it."),
        Gauge("TCP", "tw", "tcpagent_tcp_time_wait_sockets",
            "TIME_WAIT sockets, IPv4 and IPv6, with the closed FIN_WAIT2 ones that the kernel keeps in the same small form. This network "
            + "namespace; bounded by tcp_max_tw_buckets."),
        Gauge("TCP", "alloc", "tcpagent_tcp_sockets_allocated",
            "TCP sockets that exist, IPv4 and IPv6, in any state but TIME_WAIT and SYN_RECV, orphans and unconnected ones included. "
            + "Host-wide, so more than the sockets of this namespace."),
        Gauge("TCP", "mem", "tcpagent_tcp_memory_bytes",
            "Memory charged to TCP buffers, IPv4 and IPv6. Host-wide; pressure begins at tcp_mem[1] pages and the hard limit is tcp_mem[2]. "
            + "The kernel charges in steps, so it runs a little high.",
            Scale.Pages),
        Gauge("UDP", "mem", "tcpagent_udp_memory_bytes",
            "Memory charged to UDP buffers, IPv4 and IPv6. Host-wide; bounded by udp_mem[2] pages, above which datagrams are dropped.",
            Scale.Pages),
        Gauge("FRAG", "memory", "tcpagent_ip_fragment_memory_bytes",
            "Memory of IPv4 fragments that wait to be reassembled, in this network namespace. Above ipfrag_high_thresh new fragments "
            + "are dropped."),

        // net/ipv6/proc.c sockstat6_seq_show
        Gauge("TCP6", "inuse", "tcpagent_tcp6_sockets_inuse",
            "IPv6 TCP sockets of this network namespace, those that carry IPv4 included: listening, connecting, connected or closing. "
            + "Neither TIME_WAIT nor SYN_RECV is in it."),
        Gauge("FRAG6", "memory", "tcpagent_ip6_fragment_memory_bytes",
            "Memory of IPv6 fragments that wait to be reassembled, in this network namespace. Above ip6frag_high_thresh new fragments "
            + "are dropped."),
    ];
}
