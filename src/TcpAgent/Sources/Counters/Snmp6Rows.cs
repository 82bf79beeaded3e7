using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/snmp6: one name and value per line, no sections. TCP over IPv6 is counted in /proc/net/snmp.</summary>
static class Snmp6Rows
{
    internal static readonly Rows Rows = new();

    // IPv6 input: net/ipv6/ip6_input.c, net/ipv6/route.c ip6_pkt_drop
    internal static readonly Row Ip6InReceives = Rows.Counter(
        "tcpagent_ip6_packets_received_total", "IPv6 packets received, including bad and forwarded ones. Packets merged on receive (GRO) count once.", field: "Ip6InReceives");

    internal static readonly Row Ip6InHdrErrors = Rows.Counter(
        "tcpagent_ip6_receive_header_errors_total", "Received IPv6 packets dropped for a bad header, or because the hop limit ran out while forwarding (a routing loop).", field: "Ip6InHdrErrors");

    internal static readonly Row Ip6InDiscards = Rows.Counter("tcpagent_ip6_receive_discards_total",
        "Good IPv6 packets dropped on input: no memory, IPv6 disabled on the interface, or an IPsec policy. Excludes drops by firewall "
        + "rules and socket buffers.",
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

    // The other fates of an IPv6 packet. Together with the rows above and below they account for every packet (Resources/IpBalance).
    internal static readonly Row Ip6InDelivers = Rows.Hidden("tcpagent_ip6_packets_delivered", "IPv6 packets handed to a protocol of this host.", field: "Ip6InDelivers");

    internal static readonly Row Ip6InTooBigErrors = Rows.Hidden("tcpagent_ip6_receive_too_big", "IPv6 packets too large to be forwarded.", field: "Ip6InTooBigErrors");

    internal static readonly Row Ip6InNoRoutes = Rows.Hidden("tcpagent_ip6_receive_no_routes", "IPv6 packets received that matched no route, or a prohibit route.", field: "Ip6InNoRoutes");

    internal static readonly Row Ip6InAddrErrors = Rows.Hidden("tcpagent_ip6_receive_address_errors", "IPv6 packets received for an address that this host does not have.", field: "Ip6InAddrErrors");

    internal static readonly Row Ip6InUnknownProtos = Rows.Hidden("tcpagent_ip6_receive_unknown_protocols", "IPv6 packets of a protocol that this host does not implement.", field: "Ip6InUnknownProtos");

    internal static readonly Row Ip6InTruncatedPkts = Rows.Hidden("tcpagent_ip6_receive_truncated", "IPv6 packets shorter than their header says.", field: "Ip6InTruncatedPkts");

    internal static readonly Row Ip6InMcastPkts = Rows.Hidden("tcpagent_ip6_multicast_received", "IPv6 multicast received, including groups that this host has not joined.", field: "Ip6InMcastPkts");

    internal static readonly Row Ip6OutMcastPkts = Rows.Hidden("tcpagent_ip6_multicast_sent", "IPv6 multicast sent.", field: "Ip6OutMcastPkts");

    internal static readonly Row Ip6ReasmReqds = Rows.Hidden("tcpagent_ip6_fragments_received", "IPv6 fragments received for reassembly.", field: "Ip6ReasmReqds");

    internal static readonly Row Ip6ReasmOKs = Rows.Hidden("tcpagent_ip6_packets_reassembled", "IPv6 packets reassembled from fragments.", field: "Ip6ReasmOKs");

    internal static readonly Row Ip6FragOKs = Rows.Hidden("tcpagent_ip6_packets_fragmented", "IPv6 packets split into fragments.", field: "Ip6FragOKs");

    internal static readonly Row Ip6FragFails = Rows.Hidden("tcpagent_ip6_fragmentation_failures", "IPv6 packets too large to be sent.", field: "Ip6FragFails");

    internal static readonly Row Ip6FragCreates = Rows.Hidden("tcpagent_ip6_fragments_created", "IPv6 fragments created.", field: "Ip6FragCreates");

    internal static readonly Row Ip6OutTransmits = Rows.Hidden("tcpagent_ip6_packets_transmitted", "IPv6 packets handed to a device.", field: "Ip6OutTransmits");

    // IPv6 fragments: net/ipv6/reassembly.c, net/ipv6/ip6_output.c ip6_fragment
    internal static readonly Row Ip6ReasmTimeout = Rows.Counter("tcpagent_ip6_reassembly_timeouts_total",
        "IPv6 packets given up because a fragment did not arrive in time (ip6frag_time), mostly because it was lost on the way. Part of "
        + "the reassembly failures.",
        field: "Ip6ReasmTimeout");

    internal static readonly Row Ip6ReasmFails = Rows.Counter("tcpagent_ip6_reassembly_failures_total",
        "IPv6 reassembly failures of all kinds: timeouts, bad fragments, fragment memory above ip6frag_high_thresh. Only the last is a "
        + "limit of this host.",
        field: "Ip6ReasmFails");

    // UDP over IPv6: net/ipv6/udp.c
    internal static readonly Row Udp6InDatagrams = Rows.Counter("tcpagent_udp6_datagrams_received_total",
        "UDP datagrams over IPv6 that applications read. Excludes datagrams that still wait in a socket or were dropped there.",
        field: "Udp6InDatagrams");

    internal static readonly Row Udp6NoPorts = Rows.Counter(
        "tcpagent_udp6_no_ports_total", "UDP datagrams over IPv6 for a port without a listener: a service that is down, late DNS answers, or scans.", field: "Udp6NoPorts");

    internal static readonly Row Udp6OutDatagrams = Rows.Counter(
        "tcpagent_udp6_datagrams_sent_total", "UDP datagrams over IPv6 that applications of this host sent. Large sends that the NIC segments count once.", field: "Udp6OutDatagrams");

    internal static readonly Row Udp6RcvbufErrors = Rows.Counter("tcpagent_udp6_receive_buffer_errors_total",
        "UDP datagrams over IPv6 dropped because the socket's receive buffer was full: the application reads too slowly. Part of the "
        + "receive errors.",
        field: "Udp6RcvbufErrors");

    internal static readonly Row Udp6MemErrors = Rows.Counter(
        "tcpagent_udp6_memory_errors_total", "UDP datagrams over IPv6 dropped because all UDP sockets together, including IPv4, reached udp_mem.", field: "Udp6MemErrors");

    internal static readonly Row Udp6InErrors = Rows.Hidden("tcpagent_udp6_receive_errors", "UDP datagrams over IPv6 that were bad or dropped.", field: "Udp6InErrors");

    internal static readonly Row Udp6SndbufErrors = Rows.Hidden("tcpagent_udp6_send_buffer_errors", "UDP datagrams over IPv6 not sent because the send buffer was full.", field: "Udp6SndbufErrors");

    internal static readonly Row UdpLite6InErrors = Rows.Hidden("tcpagent_udplite6_receive_errors", "UDP-Lite datagrams over IPv6 that were bad or dropped.", field: "UdpLite6InErrors");

    internal static readonly Row Ip6InOctets = Rows.Hidden("tcpagent_ip6_receive_bytes", "Bytes of IPv6 packets received.", field: "Ip6InOctets");

    internal static readonly Row Ip6OutOctets = Rows.Hidden("tcpagent_ip6_send_bytes", "Bytes of IPv6 packets sent.", field: "Ip6OutOctets");

    internal static readonly Row Icmp6InMsgs = Rows.Hidden("tcpagent_icmp6_messages_received", "ICMPv6 messages received, bad ones included.", field: "Icmp6InMsgs");

    internal static readonly Row Icmp6InErrors = Rows.Hidden("tcpagent_icmp6_receive_errors", "ICMPv6 messages received that were bad.", field: "Icmp6InErrors");

    internal static readonly Row Icmp6OutMsgs = Rows.Hidden("tcpagent_icmp6_messages_sent", "ICMPv6 messages sent.", field: "Icmp6OutMsgs");
}
