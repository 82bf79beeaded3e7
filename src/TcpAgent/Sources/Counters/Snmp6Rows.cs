using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/snmp6: one name and value per line, no sections. TCP over IPv6 is counted in /proc/net/snmp.</summary>
static class Snmp6Rows
{
    internal static readonly Rows Rows = new();

    // IPv6 input: net/ipv6/ip6_input.c, net/ipv6/route.c ip6_pkt_drop
    internal static readonly Row Ip6InReceives = Rows.Counter(
        "tcpagent_ip6_packets_received_total", "IPv6 packets received, bad and forwarded ones included. Packets merged on receive (GRO) count once.", field: "Ip6InReceives");

    internal static readonly Row Ip6InHdrErrors = Rows.Counter(
        "tcpagent_ip6_receive_header_errors_total", "Received IPv6 packets dropped for a bad header, or because the hop limit ran out while forwarding (a routing loop).", field: "Ip6InHdrErrors");

    internal static readonly Row Ip6InDiscards = Rows.Counter("tcpagent_ip6_receive_discards_total",
        "Good IPv6 packets dropped on input: no memory, IPv6 disabled on the interface, or an IPsec policy. Drops by firewall rules or "
        + "socket buffers are not in it.",
        field: "Ip6InDiscards");

    // IPv6 output: net/ipv6/ip6_output.c
    internal static readonly Row Ip6OutForwDatagrams = Rows.Counter(
        "tcpagent_ip6_packets_forwarded_total", "IPv6 packets forwarded to another host. Zero unless this host routes IPv6.", field: "Ip6OutForwDatagrams");

    internal static readonly Row Ip6OutRequests = Rows.Counter(
        "tcpagent_ip6_packets_sent_total", "IPv6 packets that protocols of this host handed to IPv6 for sending. A large packet that the card will segment counts once.", field: "Ip6OutRequests");

    internal static readonly Row Ip6OutDiscards = Rows.Counter("tcpagent_ip6_send_discards_total",
        "IPv6 packets dropped before they left this host: no memory, a firewall rule, the device queue refused them, or IPv6 is "
        + "disabled on the interface.",
        field: "Ip6OutDiscards");

    internal static readonly Row Ip6OutNoRoutes = Rows.Counter("tcpagent_ip6_send_no_routes_total",
        "IPv6 packets or connects that this host could not send because no route matched: a missing default route, often a router "
        + "advertisement that expired.",
        field: "Ip6OutNoRoutes");

    // IPv6 fragments: net/ipv6/reassembly.c, net/ipv6/ip6_output.c ip6_fragment
    internal static readonly Row Ip6ReasmFails = Rows.Counter("tcpagent_ip6_reassembly_failures_total",
        "IPv6 reassembly failures of all kinds: timeouts, bad fragments, fragment memory above ip6frag_high_thresh. Only the last is a "
        + "limit of this host.",
        field: "Ip6ReasmFails");

    // UDP over IPv6: net/ipv6/udp.c
    internal static readonly Row Udp6InDatagrams = Rows.Counter("tcpagent_udp6_datagrams_received_total",
        "UDP datagrams over IPv6 that applications read. Datagrams still waiting in a socket, or dropped there, are not in it.",
        field: "Udp6InDatagrams");

    internal static readonly Row Udp6RcvbufErrors = Rows.Counter("tcpagent_udp6_receive_buffer_errors_total",
        "UDP datagrams over IPv6 dropped because the socket's receive buffer was full: the application reads too slowly. Part of the "
        + "receive errors.",
        field: "Udp6RcvbufErrors");

    internal static readonly Row Udp6MemErrors = Rows.Counter(
        "tcpagent_udp6_memory_errors_total", "UDP datagrams over IPv6 dropped because all UDP sockets together, IPv4 ones included, reached udp_mem.", field: "Udp6MemErrors");
}
