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
        Counter("", "Ip6InTooBigErrors", "tcpagent_ip6_receive_too_big_errors_total",
            "IPv6 packets that could not be forwarded as they exceed the next link's MTU. The sender is told by ICMPv6; if that is "
            + "filtered, connections hang on large packets."),
        Counter("", "Ip6InNoRoutes", "tcpagent_ip6_receive_no_routes_total",
            "Received IPv6 packets dropped because no route leads to their destination: they were to be forwarded."),
        Counter("", "Ip6InDiscards", "tcpagent_ip6_receive_discards_total",
            "Good IPv6 packets dropped on input: no memory, IPv6 disabled on the interface, or an IPsec policy. Drops by firewall rules or "
            + "socket buffers are not in it."),
        Counter("", "Ip6InDelivers", "tcpagent_ip6_packets_delivered_total",
            "IPv6 packets handed to a protocol of this host such as TCP or UDP. The socket may still drop them."),
        Counter("", "Ip6InOctets", "tcpagent_ip6_received_bytes_total",
            "Bytes of received IPv6 packets, headers included, forwarded ones too."),

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
        Counter("", "Ip6OutOctets", "tcpagent_ip6_sent_bytes_total",
            "Bytes of IPv6 packets sent, headers included."),

        // IPv6 fragments: net/ipv6/reassembly.c, net/ipv6/ip6_output.c ip6_fragment
        Counter("", "Ip6ReasmFails", "tcpagent_ip6_reassembly_failures_total",
            "IPv6 reassembly failures of all kinds: timeouts, bad fragments, fragment memory above ip6frag_high_thresh. Only the last is a "
            + "limit of this host."),
        Counter("", "Ip6ReasmTimeout", "tcpagent_ip6_reassembly_timeouts_total",
            "IPv6 packets given up because fragments were missing after ip6frag_time: fragments lost or filtered on the way. Part of the "
            + "failures."),

        // ICMPv6: net/ipv6/icmp.c
        Counter("", "Icmp6InErrors", "tcpagent_icmp6_receive_errors_total",
            "ICMPv6 messages received that were malformed or spoke of a connection that this host does not have."),
        Counter("", "Icmp6InDestUnreachs", "tcpagent_icmp6_destination_unreachable_received_total",
            "ICMPv6 messages received saying that a host, port or network cannot be reached: our packets die on the way."),
        Counter("", "Icmp6InPktTooBigs", "tcpagent_icmp6_packet_too_big_received_total",
            "ICMPv6 messages received saying that our packets exceed a link's MTU: normal path MTU discovery; a steady rate means a peer "
            + "behind a tunnel or a wrong MTU."),
        Counter("", "Icmp6OutDestUnreachs", "tcpagent_icmp6_destination_unreachable_sent_total",
            "ICMPv6 messages sent saying that a host, port or network cannot be reached: UDP to closed ports, reject rules, or "
            + "forwarding without a route."),
        Counter("", "Icmp6OutRateLimitHost", "tcpagent_icmp6_destination_rate_limited_total",
            "ICMPv6 messages not sent because the same destination had too many already (net.ipv6.icmp.ratelimit)."),

        // UDP over IPv6: net/ipv6/udp.c
        Counter("", "Udp6InDatagrams", "tcpagent_udp6_datagrams_received_total",
            "UDP datagrams over IPv6 that applications read. Datagrams still waiting in a socket, or dropped there, are not in it."),
        Counter("", "Udp6OutDatagrams", "tcpagent_udp6_datagrams_sent_total",
            "UDP datagrams sent over IPv6. They may still be dropped by the device queue."),
        Counter("", "Udp6NoPorts", "tcpagent_udp6_no_ports_total",
            "UDP datagrams over IPv6 for a port nobody listens on: a service that is down or restarting, late DNS answers, or scans."),
        Counter("", "Udp6InErrors", "tcpagent_udp6_receive_errors_total",
            "UDP datagrams over IPv6 that could not be delivered: full socket buffers, no UDP memory, bad checksums and filters together. "
            + "A closed port is not in it."),
        Counter("", "Udp6RcvbufErrors", "tcpagent_udp6_receive_buffer_errors_total",
            "UDP datagrams over IPv6 dropped because the socket's receive buffer was full: the application reads too slowly. Part of the "
            + "receive errors."),
        Counter("", "Udp6SndbufErrors", "tcpagent_udp6_send_buffer_errors_total",
            "UDP sends over IPv6 that failed: the socket's send buffer was full, or no memory or device queue space was left."),
        Counter("", "Udp6MemErrors", "tcpagent_udp6_memory_errors_total",
            "UDP datagrams over IPv6 dropped because all UDP sockets together, IPv4 ones included, reached udp_mem."),
        Counter("", "Udp6InCsumErrors", "tcpagent_udp6_receive_checksum_errors_total",
            "UDP datagrams over IPv6 with a wrong checksum: corruption on the way, faulty hardware or tunnel offload. Part of the receive "
            + "errors."),
    ];
}
