namespace TcpAgent.Cli;

/// <summary>The section of docs/metrics.md about one source.</summary>
/// <param name="Source">The source.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Text">What one must know before the table.</param>
/// <param name="Queries">Queries for Prometheus that answer a question, each with the question.</param>
readonly record struct MetricSection(string Source, string Title, string Text, params (string Question, string Query)[] Queries)
{
    /// <summary>In the order of the page: the answer first, then the path of a packet and a connection, then the agent itself.</summary>
    internal static readonly MetricSection[] All =
    [
        new(
            "resources", "Resources",
            "Every bounded queue and table, in the same metrics, with its loss counter and state. The state is a number, not an "
            + "OpenMetrics StateSet: thresholds, `max` and `changes` work on it, and a StateSet would need three series for each resource.",
            ("What limits now?", "tcpagent_resource_state == 2"),
            ("Which listener, device or destination is it?", "tcpagent_resource_subject"),
            ("How full is each resource?", "tcpagent_resource_used / tcpagent_resource_limit"),
            ("What was lost in the last hour?", "increase(tcpagent_resource_losses_total[1h]) > 0"),
            ("Where does the host drop packets?", "sum by (instance, stage) (rate(tcpagent_drops_total[5m])) > 0")),
        new(
            "listeners", "Listeners",
            "One series per listening address and port. Beyond --listeners.max only the busiest are exported. "
            + "`tcpagent_listener_drops_unattributed` only compares the sum of their drops with the kernel's own count and can be "
            + "negative. To alert on drops, use `tcpagent_tcp_listen_drops_total`.",
            ("Which accept queue was nearly full?", "tcpagent_listener_accept_queue_peak / tcpagent_listener_accept_queue_limit > 0.8"),
            ("Which application does not accept?", "tcpagent_listener_oldest_wait_seconds > 1"),
            ("Who turns connections away?", "rate(tcpagent_listener_drops_total[5m]) > 0")),
        new(
            "owners", "Owners of listeners",
            "The unit or container in which a listener was opened, as a metric to join with. A host without version 2 of cgroups has none.",
            ("Whose accept queue was nearly full?",
                "tcpagent_listener_accept_queue_peak / tcpagent_listener_accept_queue_limit > 0.8 and on (instance, address, port) "
                + "tcpagent_listener_owner_info")),
        new(
            "sockets", "Socket states",
            "`tcpagent_tcp_sockets` is the number to use: all eleven states, IPv4 and IPv6, always present. Other counts of sockets are "
            + "parts of it or have another scope: see [which count of sockets](#which-count-of-sockets).",
            ("Is there a SYN flood or a slow application?", "tcpagent_tcp_sockets_peak{state=\"syn_recv\"}"),
            ("Does an application forget to close?", "tcpagent_tcp_sockets{state=\"close_wait\"}")),
        new("netstat", "TCP events", "The kernel's extended TCP counters (`TcpExt`, `IpExt`, `MPTcpExt`).",
            ("Did accept queues overflow?", "rate(tcpagent_tcp_listen_overflows_total[5m])"),
            ("Were SYN cookies sent?", "rate(tcpagent_tcp_syncookies_sent_total[5m])")),
        new("snmp", "IP, TCP, UDP and ICMP", "The classic counters of RFC 1213, for IPv4 and for TCP of both families.",
            ("How many segments are sent again per second?", "rate(tcpagent_tcp_retransmitted_segments_total[5m])"),
            ("How many connections come in per second?", "rate(tcpagent_tcp_passive_opens_total[5m])")),
        new("snmp6", "IPv6", "The same for IPv6."),
        new("sockstat", "Memory and totals", "What the kernel's protocols hold in all. Memory is host-wide, whatever the namespace.",
            ("How much memory do TCP buffers take?", "tcpagent_tcp_memory_bytes")),
        new(
            "ports", "Local ports",
            "Local ports by source address, destination and port. However many backends a proxy has, at most 10 tuples are exported, "
            + "those with the most ports, so there are at most 20 such series.",
            ("Which destination takes the local ports?", "topk(5, tcpagent_ephemeral_ports_used)")),
        new(
            "connections", "Connections",
            "What limits established connections, estimated from a sample. Each look reads the connections of one part of the client "
            + "ports, so the sample does not depend on addresses or load. A share of it is off by at most 1 / "
            + "sqrt(`tcpagent_connections_sampled`) in 19 of 20 cases. A connection must last for two looks, 5 to 10 s, to be compared, "
            + "so long connections count for more and short ones are missing. To read a connection, the kernel takes its lock for a "
            + "moment, and only sampled ones are read. `receiver` limits because the peer's application does not read or its buffer is "
            + "small, `send_buffer` is this host's own. `network` means that data was on its way, which is normal while it is sent. Three "
            + "histograms by direction, which add up over hosts, are exported too: `tcpagent_connections_round_trip_seconds`, "
            + "`tcpagent_connections_round_trip_over_lowest_ratio` and `tcpagent_connections_retransmitted_ratio`.",
            ("What limits the connections to each destination?",
                "sum by (instance, address, port, limiter) (rate(tcpagent_connections_seconds_total{direction=\"outgoing\"}[5m]))"),
            ("Which destination loses segments?",
                "topk(5, rate(tcpagent_connections_retransmitted_bytes_total{direction=\"outgoing\"}[5m]) "
                + "/ rate(tcpagent_connections_sent_bytes_total[5m]) > 0)"),
            ("How long are the round trips of each listener and destination?", "tcpagent_connections_round_trip_mean_seconds")),
        new("unix", "Unix sockets", "Listeners of AF_UNIX, such as those of PHP-FPM or a database."),
        new("udp", "UDP sockets", "Receive buffers of UDP sockets and what they dropped.",
            ("Which sockets drop datagrams?", "rate(tcpagent_udp_socket_drops_total[5m]) > 0")),
        new("conntrack", "Connection tracking", "Exported only where nf_conntrack is loaded.",
            ("How full is the table?", "tcpagent_conntrack_entries / tcpagent_conntrack_entries_limit")),
        new(
            "conntrack_table", "Contents of the connection tracking table",
            "Off by default: --collector.conntrack_table and CAP_NET_ADMIN, by a [drop-in](install.md). `tcp-agent conntrack` shows the "
            + "same to root, with addresses and the bounds of each figure.",
            ("What fills the table?", "topk(5, tcpagent_conntrack_table_entries)"),
            ("How much of it has had no answer?",
                "sum by (instance) (tcpagent_conntrack_table_unreplied_entries) / sum by (instance) (tcpagent_conntrack_table_entries)")),
        new("softnet", "CPU backlogs", "The queue between the network card and the protocols, for each CPU.",
            ("Which CPU drops packets?", "rate(tcpagent_softnet_dropped_total[5m]) > 0")),
        new(
            "devices", "Network devices",
            "Counters of each device as its driver reports them. Missed packets are not part of dropped ones.",
            ("How much traffic is there, in bits per second?", "rate(tcpagent_device_receive_bytes_total[5m]) * 8")),
        new(
            "nics", "Network cards",
            "Rings, channels and losses of the cards, one series for each device with a driver that reports it, read every ten seconds. "
            + "What the driver counts for each queue is added up. Software devices such as veth have none of it. "
            + "`tcpagent_cloud_*` are of Amazon's ENA.",
            ("Which receive ring can be raised?",
                "tcpagent_nic_receive_ring_descriptors < tcpagent_nic_receive_ring_descriptors_limit"),
            ("Does the cloud hold packets back?", "tcpagent_resource_state{resource=~\"cloud_.+\"} == 2")),
        new("qdisc", "Queueing disciplines", "The root qdisc of each device, as tc shows it.",
            ("Which qdisc drops?", "rate(tcpagent_qdisc_dropped_total[5m]) > 0")),
        new("neighbours", "Neighbour tables", "ARP and ND tables, which all namespaces of the host share."),
        new("nfqueue", "NFQUEUE", "Queues of packets that wait for a program's verdict. Needs a [drop-in](install.md)."),
        new(
            "kmsg", "Kernel log",
            "What the kernel's log says about networking, on the whole host. Needs a [drop-in](install.md).",
            ("What did the kernel complain about in the last hour?", "increase(tcpagent_kernel_events_total[1h]) > 0")),
        new("protocols", "Protocols", "Whether a protocol is under memory pressure."),
        new(
            "sysctl", "Settings",
            "Every setting that bounds or shapes the above, by its dotted name. The fields of a setting with several values are `[0]`, "
            + "`[1]` and `[2]`: of tcp_rmem, the minimum, the default and the maximum.",
            ("Which hosts have a small somaxconn?", "tcpagent_sysctl{name=\"net.core.somaxconn\"} < 4096")),
        new(
            "open_files", "Open files",
            "The open files of processes against the limit of each. Needs Linux 6.2, and other processes must not be hidden (hidepid, "
            + "ProtectProc=).",
            ("Which process is near its limit?", "tcpagent_process_open_files / tcpagent_process_open_files_limit > 0.8")),
        new(
            "namespaces", "Network namespaces",
            "Counters of the other network namespaces of the host, one series for each that has a process, at most 256. Only an agent in "
            + "the host's own network namespace has them. The memory of TCP buffers is not among them: the kernel counts it for the "
            + "whole host.",
            ("In which container do accept queues overflow?", "rate(tcpagent_namespace_listen_overflows_total[5m]) > 0"),
            ("Which pod retransmits?", "topk(5, rate(tcpagent_namespace_retransmitted_segments_total[5m]))")),
        new("process", "Process", "The eight metrics that every Prometheus client has, about the agent."),
        new("agent", "The agent itself", "Samples, sources, scrapes and log lines.",
            ("Which source fails?", "tcpagent_source_success == 0"),
            ("Is a sample late?", "time() - tcpagent_sample_timestamp_seconds > 5")),
        new("history", "History", "The flight recorder's file."),
    ];
}
