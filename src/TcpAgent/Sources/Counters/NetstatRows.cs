using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/netstat. The kernel names both sections in net/ipv4/proc.c: snmp4_net_list and snmp4_ipextstats_list.</summary>
static class NetstatRows
{
    internal static readonly Rows Rows = new();

    static readonly Section s_tcpExt = Rows.Section("TcpExt");
    static readonly Section s_ipExt = Rows.Section("IpExt");

    // Accept queue and SYN queue: net/ipv4/tcp_input.c tcp_conn_request, net/ipv4/tcp_ipv4.c tcp_v4_syn_recv_sock
    internal static readonly Row ListenOverflows = s_tcpExt.Counter("ListenOverflows", "tcpagent_tcp_listen_overflows_total",
        "SYNs and final handshake ACKs dropped because the listener's accept queue was full: the application accepts too slowly, or its "
        + "listen backlog (capped by somaxconn at listen time) is too short.");

    internal static readonly Row ListenDrops = s_tcpExt.Counter("ListenDrops", "tcpagent_tcp_listen_drops_total",
        "All SYNs and handshake ACKs dropped at a listener: the accept queue overflows, plus SYN queue drops, no memory, no route to "
        + "the client. Only what exceeds the overflows has another cause.");

    internal static readonly Row TCPReqQFullDrop = s_tcpExt.Counter("TCPReqQFullDrop", "tcpagent_tcp_request_queue_full_drops_total",
        "SYNs dropped because the listener's SYN queue was full and SYN cookies are off (tcp_syncookies=0). With cookies on this "
        + "stays 0 even under a flood.");

    internal static readonly Row TCPReqQFullDoCookies = s_tcpExt.Counter(
        "TCPReqQFullDoCookies", "tcpagent_tcp_request_queue_full_cookies_total",
        "SYNs for which the kernel chose a SYN cookie because the listener's SYN queue was full: a flood, or more handshakes at once than "
        + "the backlog holds. With tcp_syncookies=2 it moves for every SYN.");

    internal static readonly Row SyncookiesSent = s_tcpExt.Counter("SyncookiesSent", "tcpagent_tcp_syncookies_sent_total",
        "SYN-ACKs sent with a SYN cookie, holding no state and sometimes losing TCP options. It means a full SYN queue, except with "
        + "tcp_syncookies=2, when every SYN is answered with one.");

    internal static readonly Row SyncookiesRecv = s_tcpExt.Counter("SyncookiesRecv", "tcpagent_tcp_syncookies_received_total",
        "Handshake ACKs that carried a valid SYN cookie: real clients saved by cookies. Few of these against many sent means the SYNs "
        + "came from sources that never answer.");

    internal static readonly Row SyncookiesFailed = s_tcpExt.Counter("SyncookiesFailed", "tcpagent_tcp_syncookies_failed_total",
        "ACKs at a listener that recently sent cookies and whose cookie was invalid or too old: strays, very slow clients or an ACK "
        + "flood. It is not a count of unanswered cookies.");

    internal static readonly Row EmbryonicRsts = s_tcpExt.Counter("EmbryonicRsts", "tcpagent_tcp_half_open_resets_total",
        "Half-open incoming connections (SYN_RECV) ended by a reset or a stray SYN from the peer, or by tcp_abort_on_overflow: port "
        + "scans, health checks that reset, clients giving up.");

    internal static readonly Row TCPDeferAcceptDrop = s_tcpExt.Counter("TCPDeferAcceptDrop", "tcpagent_tcp_defer_accept_drops_total",
        "Bare handshake ACKs ignored because the listener uses TCP_DEFER_ACCEPT and waits for data. Normal for such a listener, but "
        + "those connections stay in SYN_RECV meanwhile.");

    internal static readonly Row TCPFastOpenListenOverflow = s_tcpExt.Counter(
        "TCPFastOpenListenOverflow", "tcpagent_tcp_fast_open_listen_overflows_total",
        "SYNs whose Fast Open data was not taken because the listener had too many pending Fast Open requests; they fall back to the "
        + "normal handshake. Not the accept queue.");

    internal static readonly Row TCPMigrateReqFailure = s_tcpExt.Counter(
        "TCPMigrateReqFailure", "tcpagent_tcp_request_migration_failures_total", "Pending connections that could not be moved to another SO_REUSEPORT listener when theirs closed: clients lost during a reload.");

    internal static readonly Row PAWSPassive = s_tcpExt.Counter("PAWSPassive", "tcpagent_tcp_recycle_timestamp_rejects_total",
        "SYNs dropped by tcp_tw_recycle because another host behind the same address sent a newer timestamp: clients behind NAT cannot "
        + "connect. Kernels before 4.12 only; turn tcp_tw_recycle off.");

    // TIME_WAIT: net/ipv4/tcp_minisocks.c tcp_time_wait, net/ipv4/inet_timewait_sock.c
    internal static readonly Row TCPTimeWaitOverflow = s_tcpExt.Counter("TCPTimeWaitOverflow", "tcpagent_tcp_time_wait_overflows_total",
        "Connections closed without a TIME_WAIT (or orphan FIN_WAIT2) phase because tcp_max_tw_buckets was reached or memory ran out. "
        + "Late segments then meet no socket and are reset.");

    internal static readonly Row TWRecycled = s_tcpExt.Counter("TWRecycled", "tcpagent_tcp_time_wait_reused_total",
        "TIME_WAIT sockets taken over by a new outgoing connection to the same peer and port (tcp_tw_reuse). When it rises, local ports "
        + "towards that peer are being used up.");

    internal static readonly Row PAWSTimewait = s_tcpExt.Counter("PAWSTimewait", "tcpagent_tcp_time_wait_timestamp_rejects_total",
        "Segments for a TIME_WAIT socket refused because their timestamp was older than the last one seen. If they are SYNs, clients "
        + "behind NAT reusing a port cannot connect until TIME_WAIT ends.");

    internal static readonly Row PAWSActive = s_tcpExt.Counter("PAWSActive", "tcpagent_tcp_connect_timestamp_rejects_total",
        "Answers to SYNs of this host refused because they echo a timestamp that this host did not send: a middlebox that rewrites "
        + "timestamps, or the answer to another SYN.");

    internal static readonly Row TSEcrRejected = s_tcpExt.Counter("TSEcrRejected", "tcpagent_tcp_timestamp_echo_rejects_total",
        "Last ACKs of a handshake, or data, refused because they echo a timestamp that this host never sent: a middlebox that rewrites "
        + "timestamps, or a forged packet.");

    // Retransmission: net/ipv4/tcp_output.c, net/ipv4/tcp_timer.c, net/ipv4/tcp_input.c
    internal static readonly Row TCPSynRetrans = s_tcpExt.Counter("TCPSynRetrans", "tcpagent_tcp_syn_retransmitted_segments_total",
        "SYNs and SYN-ACKs sent again because no answer came: a peer that is down, filtered or dropping at its own queue, or clients that "
        + "never complete the handshake. Counts both directions.");

    internal static readonly Row TCPTimeouts = s_tcpExt.Counter("TCPTimeouts", "tcpagent_tcp_retransmission_timeouts_total",
        "Retransmission timers that fired, including those of SYN and SYN-ACK. Each is a stall of usually 200 ms or more, far worse than a "
        + "fast retransmission. Older kernels count only some.");

    internal static readonly Row TCPFastRetrans = s_tcpExt.Counter("TCPFastRetrans", "tcpagent_tcp_fast_retransmitted_segments_total",
        "Segments retransmitted during fast recovery, without waiting for a timeout. This is the cheap kind of loss repair: it shows loss "
        + "or reordering on the path, not a stall.");

    internal static readonly Row TCPLostRetransmit = s_tcpExt.Counter(
        "TCPLostRetransmit", "tcpagent_tcp_retransmitted_segments_lost_total", "Retransmitted segments that were judged lost again: heavy or bursty loss, or a policer on the path that drops retransmissions too.");

    internal static readonly Row TCPRetransFail = s_tcpExt.Counter("TCPRetransFail", "tcpagent_tcp_retransmit_failures_total",
        "Retransmitted segments that could not leave this host: the layer below refused them (full device queue, no memory, a firewall "
        + "rule). A local problem, not network loss.");

    internal static readonly Row TCPSpuriousRtxHostQueues = s_tcpExt.Counter(
        "TCPSpuriousRtxHostQueues", "tcpagent_tcp_retransmits_still_queued_total",
        "Retransmissions not sent because the original still waited in a queue of this host: the qdisc or the network card is slow to "
        + "transmit. The network did not lose it.");

    internal static readonly Row TCPLossProbes = s_tcpExt.Counter("TCPLossProbes", "tcpagent_tcp_loss_probes_sent_total",
        "Tail loss probes sent when the last ACKs of a flight were late. Mostly retransmissions, so they raise the retransmitted segments "
        + "without any loss proven.");

    internal static readonly Row TCPOrigDataSent = s_tcpExt.Counter(
        "TCPOrigDataSent", "tcpagent_tcp_original_segments_sent_total", "Data segments sent for the first time. Excludes pure ACKs and retransmissions. The right divisor for a retransmission ratio.");

    // Receive path of one socket: net/ipv4/tcp_input.c tcp_data_queue and tcp_prune_queue, net/ipv4/tcp_ipv4.c tcp_add_backlog
    internal static readonly Row TCPBacklogDrop = s_tcpExt.Counter("TCPBacklogDrop", "tcpagent_tcp_backlog_drops_total",
        "Segments dropped because the socket was in use by a thread and its backlog of waiting segments was full: a busy or stalled "
        + "owner, or too small buffers. It is not the listen backlog.");

    internal static readonly Row TCPRcvQDrop = s_tcpExt.Counter("TCPRcvQDrop", "tcpagent_tcp_receive_queue_drops_total",
        "In-order segments dropped because the receive buffer or TCP memory (tcp_mem) had no room even after pruning. The peer must "
        + "retransmit: the application reads too slowly, or memory is short.");

    internal static readonly Row PruneCalled = s_tcpExt.Counter("PruneCalled", "tcpagent_tcp_receive_queue_prunes_total",
        "Times a socket had no room for a segment and the kernel began to compact its receive queues. No loss yet: an application "
        + "reads slowly, or TCP memory is short.");

    internal static readonly Row RcvPruned = s_tcpExt.Counter("RcvPruned", "tcpagent_tcp_receive_prune_failures_total",
        "Times compacting a socket's receive queues freed too little for the arriving segment, which is then dropped; newer kernels still "
        + "accept it into an empty receive queue. This is the harmful outcome of a prune: the peer retransmits.");

    internal static readonly Row OfoPruned = s_tcpExt.Counter("OfoPruned", "tcpagent_tcp_out_of_order_queue_prunes_total",
        "Times out-of-order segments were discarded to free memory: the peer must send them again. It takes loss on the path together with "
        + "small buffers or little memory.");

    internal static readonly Row TCPOFOQueue = s_tcpExt.Counter("TCPOFOQueue", "tcpagent_tcp_out_of_order_segments_queued_total",
        "Segments that arrived ahead of a gap and were kept: loss or reordering on the way to this host. Packets merged on receive "
        + "count once.");

    internal static readonly Row TCPOFODrop = s_tcpExt.Counter(
        "TCPOFODrop", "tcpagent_tcp_out_of_order_segments_dropped_total", "Segments that arrived ahead of a gap and were dropped because the receive buffer or TCP memory was full.");

    internal static readonly Row TCPToZeroWindowAdv = s_tcpExt.Counter("TCPToZeroWindowAdv", "tcpagent_tcp_zero_window_entered_total",
        "Times a socket began to advertise a zero window: its application does not read, so the peer must stop. The network is not "
        + "the limit.");

    internal static readonly Row TCPFromZeroWindowAdv = s_tcpExt.Counter("TCPFromZeroWindowAdv", "tcpagent_tcp_zero_window_left_total",
        "Times a socket opened its window again after a zero window: its application has read. A zero window that was entered and not left "
        + "belongs to a socket that is still not read, or that was closed without being read.");

    internal static readonly Row TCPZeroWindowDrop = s_tcpExt.Counter("TCPZeroWindowDrop", "tcpagent_tcp_zero_window_drops_total",
        "Segments dropped because they arrived while this host advertised a zero window: the application is not reading, and the peer "
        + "sends or probes anyway.");

    internal static readonly Row TCPWinProbe = s_tcpExt.Counter(
        "TCPWinProbe", "tcpagent_tcp_window_probes_sent_total", "Probes sent to peers that advertise a zero window: the remote application is not reading, and data waits here in send buffers.");

    // Memory of all sockets: net/ipv4/tcp.c tcp_enter_memory_pressure, tcp_leave_memory_pressure, tcp_check_oom
    internal static readonly Row TCPMemoryPressures = s_tcpExt.Counter("TCPMemoryPressures", "tcpagent_tcp_memory_pressures_total",
        "Times TCP entered memory pressure, usually by using more than tcp_mem[1] pages: buffers stop growing. The state is host-wide, "
        + "but only the network namespace that tripped it counts.");

    internal static readonly Row TCPMemoryPressuresChrono = s_tcpExt.Counter(
        "TCPMemoryPressuresChrono", "tcpagent_tcp_memory_pressure_seconds_total", "Time spent under TCP memory pressure. The kernel adds an episode only when it ends, so this excludes an episode that is still going on.", Scale.Milliseconds);

    internal static readonly Row TCPAbortOnMemory = s_tcpExt.Counter("TCPAbortOnMemory", "tcpagent_tcp_aborts_on_memory_total",
        "Connections closed by their application and killed before they ended properly: too many orphans (tcp_max_orphans, for silent "
        + "peers from a quarter of it) or TCP memory above tcp_mem[2]. The gauges show which.");

    // Aborts: net/ipv4/tcp.c __tcp_close, net/ipv4/tcp_timer.c tcp_write_err, net/ipv4/tcp_input.c tcp_rcv_state_process
    internal static readonly Row TCPAbortOnData = s_tcpExt.Counter("TCPAbortOnData", "tcpagent_tcp_aborts_on_data_total",
        "Connections reset because the application closed with SO_LINGER of zero, or because data arrived after it had closed. Usually "
        + "deliberate; it also avoids TIME_WAIT.");

    internal static readonly Row TCPAbortOnClose = s_tcpExt.Counter("TCPAbortOnClose", "tcpagent_tcp_aborts_on_close_total",
        "Connections reset because the application closed while received data was still unread. The peer may lose the last answer: "
        + "typical of a server that rejects a request early.");

    internal static readonly Row TCPAbortOnTimeout = s_tcpExt.Counter("TCPAbortOnTimeout", "tcpagent_tcp_aborts_on_timeout_total",
        "Connections given up because the peer stopped answering: retransmissions, connect attempts, keepalives, zero-window probes or "
        + "TCP_USER_TIMEOUT ran out.");

    // Segments refused by validation: net/ipv4/tcp_input.c tcp_validate_incoming, tcp_send_challenge_ack, net/ipv4/tcp_ipv4.c
    internal static readonly Row PAWSEstab = s_tcpExt.Counter("PAWSEstab", "tcpagent_tcp_timestamp_rejects_total",
        "Segments of open connections dropped because their timestamp was older than the last one seen: delayed duplicates, or a "
        + "middlebox that rewrites timestamps.");

    // IPv4 input: net/ipv4/ip_input.c, net/ipv4/route.c ip_error
    internal static readonly Row IPReversePathFilter = s_tcpExt.Counter(
        "IPReversePathFilter", "tcpagent_ip_reverse_path_filter_drops_total",
        "IPv4 packets dropped by rp_filter because the way back to their source leads through another interface: asymmetric routing, a "
        + "missing policy route, or spoofing.");

    internal static readonly Row IpExtInNoRoutes = s_ipExt.Counter("InNoRoutes", "tcpagent_ip_receive_no_routes_total",
        "Received IPv4 packets dropped because no route leads to their destination: they were to be forwarded. Not packets that this "
        + "host itself tried to send.");

    internal static readonly Row IpExtInTruncatedPkts = s_ipExt.Hidden("InTruncatedPkts", "tcpagent_ip_receive_truncated", "IPv4 packets shorter than their header says.");

    internal static readonly Row IpExtInMcastPkts = s_ipExt.Hidden("InMcastPkts", "tcpagent_ip_multicast_received", "IPv4 multicast to groups that this host has joined.");

    internal static readonly Row IpExtOutMcastPkts = s_ipExt.Hidden("OutMcastPkts", "tcpagent_ip_multicast_sent", "IPv4 multicast sent.");

    internal static readonly Row IpExtInOctets = s_ipExt.Hidden("InOctets", "tcpagent_ip_receive_bytes", "Bytes of IPv4 packets received.");

    internal static readonly Row IpExtOutOctets = s_ipExt.Hidden("OutOctets", "tcpagent_ip_send_bytes", "Bytes of IPv4 packets sent.");
}
