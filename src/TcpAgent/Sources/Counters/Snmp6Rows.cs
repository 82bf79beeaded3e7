using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>/proc/net/snmp6: one name and value per line, no sections. TCP over IPv6 is counted in /proc/net/snmp.</summary>
static class Snmp6Rows
{
    internal static readonly Metric[] All =
    [
        // IPv6 input: net/ipv6/ip6_input.c, net/ipv6/route.c ip6_pkt_drop
        Counter("", "Ip6InReceives", "tcpagent_ip6_packets_received_total",
            "IPv6 packets received, bad and forwarded ones included. Packets merged on receive (GRO) count once."),
        Counter("", "Ip6InHdrErrors", "tcpagent_ip6_receive_header_errors_total",
            "Received IPv6 packets dropped for a bad header, or because the hop limit ran out while forwarding (a routing loop)."),
        Counter("", "Ip6InDiscards", "tcpagent_ip6_receive_discards_total",
            "Good IPv6 packets dropped on input: no memory, IPv6 disabled on the interface, or an IPsec policy. Drops by firewall rules or "
            + "socket buffers are not in it."),

        // IPv6 output: net/ipv6/ip6_output.c
        Counter("", "Ip6OutForwDatagrams", "tcpagent_ip6_packets_forwarded_total",
            "IPv6 packets forwarded to another host. Zero unless this host routes IPv6."),
        Counter("", "Ip6OutRequests", "tcpagent_ip6_packets_sent_total",
            "IPv6 packets that protocols of this host handed to IPv6 for sending. A large packet that the card will segment counts once."),
        Counter("", "Ip6OutDiscards", "tcpagent_ip6_send_discards_total",
            "IPv6 packets dropped before they left this host: no memory, a firewall rule, the device queue refused them, or IPv6 is "
            + "disabled on the interface."),
        Counter("", "Ip6OutNoRoutes", "tcpagent_ip6_send_no_routes_total",
            "IPv6 packets or connects that this host could not send because no route matched: a missing default route, often a router "
            + "advertisement that expired."),

        // IPv6 fragments: net/ipv6/reassembly.c, net/ipv6/ip6_output.c ip6_fragment
        Counter("", "Ip6ReasmFails", "tcpagent_ip6_reassembly_failures_total",
            "IPv6 reassembly failures of all kinds: timeouts, bad fragments, fragment memory above ip6frag_high_thresh. Only the last is a "
            + "limit of this host."),

        // UDP over IPv6: net/ipv6/udp.c
        Counter("", "Udp6RcvbufErrors", "tcpagent_udp6_receive_buffer_errors_total",
            "UDP datagrams over IPv6 dropped because the socket's receive buffer was full: the application reads too slowly. Part of the "
            + "receive errors."),
        Counter("", "Udp6MemErrors", "tcpagent_udp6_memory_errors_total",
            "UDP datagrams over IPv6 dropped because all UDP sockets together, IPv4 ones included, reached udp_mem."),
    ];
}
