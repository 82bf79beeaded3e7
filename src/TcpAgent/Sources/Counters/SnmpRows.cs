using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/snmp. The Tcp section counts both address families; Ip, Icmp and Udp count IPv4 only.</summary>
static class SnmpRows
{
    internal static readonly Rows Rows = new();

    static readonly Section s_tcp = Rows.Section("Tcp");
    static readonly Section s_ip = Rows.Section("Ip");
    static readonly Section s_icmp = Rows.Section("Icmp");
    static readonly Section s_udp = Rows.Section("Udp");
    static readonly Section s_udpLite = Rows.Section("UdpLite");

    // Connections: net/ipv4/proc.c snmp4_tcp_list; counted in net/ipv4/tcp.c tcp_set_state and tcp_done, tcp_minisocks.c
    internal static readonly Row TcpActiveOpens = s_tcp.Counter(
        "ActiveOpens", "tcpagent_tcp_active_opens_total", "Outgoing connection attempts, whether they succeeded or not. For a proxy this is the rate of new upstream connections.");

    internal static readonly Row TcpPassiveOpens = s_tcp.Counter("PassiveOpens", "tcpagent_tcp_passive_opens_total",
        "Incoming connections whose handshake completed. The application has not accepted them yet, and SYNs dropped at a full "
        + "queue never get here.");

    internal static readonly Row TcpAttemptFails = s_tcp.Counter("AttemptFails", "tcpagent_tcp_attempt_failures_total",
        "Outgoing connects that failed (refused, timed out, unreachable), plus half-open incoming ones that the peer reset. Incoming "
        + "handshakes that merely time out are not counted.");

    internal static readonly Row TcpEstabResets = s_tcp.Counter("EstabResets", "tcpagent_tcp_established_resets_total",
        "Connections that went from ESTABLISHED or CLOSE_WAIT straight to CLOSE: resets received, and also aborts and timeouts by "
        + "this host. Not the number of resets on the wire.");

    internal static readonly Row TcpCurrEstab = s_tcp.Gauge("CurrEstab", "tcpagent_tcp_current_established",
        "Connections in ESTABLISHED now, plus those in CLOSE_WAIT on kernels with the fix of June 2024. Both address families, this "
        + "network namespace.");

    internal static readonly Row TcpOutRsts = s_tcp.Counter("OutRsts", "tcpagent_tcp_resets_sent_total",
        "Resets sent: for closed ports, for segments that belong to no connection, and for connections this host aborts. It says nothing "
        + "about resets received.");

    // Segments: net/ipv4/tcp_ipv4.c tcp_v4_rcv, net/ipv4/tcp_output.c
    internal static readonly Row TcpInSegs = s_tcp.Counter("InSegs", "tcpagent_tcp_segments_received_total",
        "TCP segments received, including bad ones. Packets merged on receive (GRO) count once, so it is usually lower than what the peers "
        + "sent.");

    internal static readonly Row TcpOutSegs = s_tcp.Counter("OutSegs", "tcpagent_tcp_segments_sent_total",
        "TCP segments sent, including pure ACKs and resets. Excludes retransmissions. For a retransmission ratio, divide by original data "
        + "segments rather than by this.");

    internal static readonly Row TcpRetransSegs = s_tcp.Counter("RetransSegs", "tcpagent_tcp_retransmitted_segments_total",
        "Segments sent again, including SYNs, SYN-ACKs and loss probes. The cause is loss on the way, or a peer that does not answer; a "
        + "few tenths of a percent of the data is normal.");

    internal static readonly Row TcpInErrs = s_tcp.Counter("InErrs", "tcpagent_tcp_receive_errors_total",
        "Bad segments received: wrong checksum or header length, and SYNs on an open connection. Excludes drops for lack of memory or "
        + "queue space.");

    // IPv4 input: net/ipv4/ip_input.c ip_rcv, net/ipv4/route.c ip_error
    internal static readonly Row IpInReceives = s_ip.Counter(
        "InReceives", "tcpagent_ip_packets_received_total", "IPv4 packets received, including bad and forwarded ones. Packets merged on receive (GRO) count once.");

    internal static readonly Row IpInHdrErrors = s_ip.Counter("InHdrErrors", "tcpagent_ip_receive_header_errors_total",
        "Received IPv4 packets dropped for a bad header: checksum, version, length or options, or a TTL that ran out while forwarding "
        + "(a routing loop).");

    internal static readonly Row IpInAddrErrors = s_ip.Counter("InAddrErrors", "tcpagent_ip_receive_address_errors_total",
        "Received IPv4 packets dropped because their destination is not an address of this host and it does not forward: a virtual "
        + "address that is not configured, or a stale neighbour.");

    internal static readonly Row IpInDiscards = s_ip.Counter(
        "InDiscards", "tcpagent_ip_receive_discards_total", "Good IPv4 packets dropped on input, mostly for lack of memory. Drops by firewall rules or by socket buffers are not counted here.");

    internal static readonly Row IpForwDatagrams = s_ip.Counter("ForwDatagrams", "tcpagent_ip_packets_forwarded_total",
        "IPv4 packets forwarded to another host. Zero unless this host routes, as NAT gateways, container hosts and some load "
        + "balancers do.");

    // IPv4 output: net/ipv4/ip_output.c
    internal static readonly Row IpOutRequests = s_ip.Counter("OutRequests", "tcpagent_ip_packets_sent_total",
        "IPv4 packets that protocols of this host handed to IP for sending; older kernels count forwarded ones as well. A large packet "
        + "that the card will segment counts once.");

    internal static readonly Row IpOutDiscards = s_ip.Counter("OutDiscards", "tcpagent_ip_send_discards_total",
        "IPv4 packets of this host dropped before they left: no memory, a firewall rule, or the device queue refused them. Mostly UDP "
        + "and ICMP; TCP segments refused there are not counted.");

    internal static readonly Row IpOutNoRoutes = s_ip.Counter("OutNoRoutes", "tcpagent_ip_send_no_routes_total",
        "IPv4 packets or connects that this host could not send because no route matched: a missing default route or a link that "
        + "went down.");

    // The other fates of an IPv4 packet. Together with the rows above and below they account for every packet (Resources/IpBalance).
    internal static readonly Row IpInDelivers = s_ip.Hidden("InDelivers", "tcpagent_ip_packets_delivered", "IPv4 packets handed to a protocol of this host.");

    internal static readonly Row IpInUnknownProtos = s_ip.Hidden("InUnknownProtos", "tcpagent_ip_receive_unknown_protocols", "IPv4 packets of a protocol that this host does not implement.");

    internal static readonly Row IpReasmReqds = s_ip.Hidden("ReasmReqds", "tcpagent_ip_fragments_received", "IPv4 fragments received for reassembly.");

    internal static readonly Row IpReasmOKs = s_ip.Hidden("ReasmOKs", "tcpagent_ip_packets_reassembled", "IPv4 packets reassembled from fragments.");

    internal static readonly Row IpFragOKs = s_ip.Hidden("FragOKs", "tcpagent_ip_packets_fragmented", "IPv4 packets split into fragments.");

    internal static readonly Row IpFragCreates = s_ip.Hidden("FragCreates", "tcpagent_ip_fragments_created", "IPv4 fragments created.");

    internal static readonly Row IpOutTransmits = s_ip.Hidden("OutTransmits", "tcpagent_ip_packets_transmitted", "IPv4 packets handed to a device.");

    internal static readonly Row IpForwarding = s_ip.Hidden("Forwarding", "tcpagent_ip_forwarding", "1 where this host forwards IPv4 packets, 2 where it does not.");

    // IPv4 fragments: net/ipv4/ip_fragment.c, net/ipv4/ip_output.c ip_fragment
    internal static readonly Row IpReasmTimeout = s_ip.Counter("ReasmTimeout", "tcpagent_ip_reassembly_timeouts_total",
        "IPv4 packets given up because a fragment did not arrive in time (ipfrag_time), mostly because it was lost on the way. Part of the "
        + "reassembly failures.");

    internal static readonly Row IpReasmFails = s_ip.Counter("ReasmFails", "tcpagent_ip_reassembly_failures_total",
        "IPv4 reassembly failures of all kinds: timeouts, bad or overlapping fragments, fragment memory above ipfrag_high_thresh. Only "
        + "the last is a limit of this host.");

    internal static readonly Row IpFragFails = s_ip.Counter("FragFails", "tcpagent_ip_fragmentation_failures_total",
        "IPv4 packets too large for the outgoing link that could not be fragmented, mostly because they forbid it: an MTU mismatch. "
        + "The sender gets an ICMP message, if that gets through.");

    // ICMP: net/ipv4/icmp.c
    internal static readonly Row IcmpInDestUnreachs = s_icmp.Counter(
        "InDestUnreachs", "tcpagent_icmp_destination_unreachable_received_total",
        "ICMP messages received saying that a host, port or network cannot be reached, or that a packet was too large: our packets die "
        + "on the way.");

    internal static readonly Row IcmpOutDestUnreachs = s_icmp.Counter("OutDestUnreachs", "tcpagent_icmp_destination_unreachable_sent_total",
        "ICMP messages sent saying that a host, port or network cannot be reached: UDP to closed ports, reject rules, forwarding to a "
        + "dead host, packets too large.");

    internal static readonly Row IcmpInMsgs = s_icmp.Hidden("InMsgs", "tcpagent_icmp_messages_received", "ICMP messages received, bad ones included.");

    internal static readonly Row IcmpInErrors = s_icmp.Hidden("InErrors", "tcpagent_icmp_receive_errors", "ICMP messages received that were bad.");

    internal static readonly Row IcmpOutMsgs = s_icmp.Hidden("OutMsgs", "tcpagent_icmp_messages_sent", "ICMP messages sent.");

    // UDP over IPv4: net/ipv4/udp.c
    internal static readonly Row UdpInDatagrams = s_udp.Counter(
        "InDatagrams", "tcpagent_udp_datagrams_received_total", "UDP datagrams over IPv4 that applications read. Excludes datagrams that still wait in a socket or were dropped there.");

    internal static readonly Row UdpNoPorts = s_udp.Counter(
        "NoPorts", "tcpagent_udp_no_ports_total", "UDP datagrams over IPv4 for a port without a listener: a service that is down or restarting, late DNS answers, or scans.");

    internal static readonly Row UdpInErrors = s_udp.Counter("InErrors", "tcpagent_udp_receive_errors_total",
        "UDP datagrams over IPv4 that could not be delivered: full socket buffers, no UDP memory, bad checksums and filters together. "
        + "Excludes datagrams to closed ports.");

    internal static readonly Row UdpOutDatagrams = s_udp.Counter(
        "OutDatagrams", "tcpagent_udp_datagrams_sent_total", "UDP datagrams over IPv4 that applications of this host sent. Large sends that the NIC segments count once.");

    internal static readonly Row UdpRcvbufErrors = s_udp.Counter("RcvbufErrors", "tcpagent_udp_receive_buffer_errors_total",
        "UDP datagrams over IPv4 dropped because the socket's receive buffer was full: the application reads too slowly or asked for "
        + "too little (rmem_max). Part of the receive errors.");

    internal static readonly Row UdpSndbufErrors = s_udp.Counter("SndbufErrors", "tcpagent_udp_send_buffer_errors_total",
        "UDP sends over IPv4 that failed: the socket's send buffer was full, or no memory or device queue space was left. The "
        + "application saw an error.");

    internal static readonly Row UdpMemErrors = s_udp.Counter("MemErrors", "tcpagent_udp_memory_errors_total",
        "UDP datagrams over IPv4 dropped because all UDP sockets together reached udp_mem. One slow reader can hurt the others; a "
        + "larger buffer makes it worse.");

    internal static readonly Row UdpLiteInErrors = s_udpLite.Hidden("InErrors", "tcpagent_udplite_receive_errors", "UDP-Lite datagrams over IPv4 that were bad or dropped.");
}
