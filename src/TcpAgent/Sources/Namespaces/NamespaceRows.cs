using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of each other network namespace of the host, and of all together.</summary>
static class NamespaceRows
{
    internal static readonly Rows Rows = new("netns", "unit", "container_id", "pod_uid");

    /// <summary>The section of net/netstat.</summary>
    internal const string Netstat = "TcpExt";

    /// <summary>The section of net/snmp.</summary>
    internal const string Snmp = "Tcp";

    static readonly Section s_tcpExt = Rows.Section(Netstat);
    static readonly Section s_tcp = Rows.Section(Snmp);
    static readonly Section s_sockstat = Rows.Section("TCP");
    static readonly Section s_sockstat6 = Rows.Section("TCP6");

    internal static readonly Row Overflows = s_tcpExt.Counter("ListenOverflows", "tcpagent_namespace_listen_overflows_total",
        "SYNs and final handshake ACKs dropped in another network namespace of this host because a listener's accept queue was full. "
        + "Counted since the namespace was made.");

    internal static readonly Row Drops = s_tcpExt.Counter("ListenDrops", "tcpagent_namespace_listen_drops_total",
        "All SYNs and handshake ACKs dropped at listeners there, the overflows among them.");

    internal static readonly Row RequestDrops = s_tcpExt.Counter("TCPReqQFullDrop", "tcpagent_namespace_request_queue_full_drops_total",
        "SYNs dropped there because a listener's SYN queue was full and SYN cookies are off.");

    internal static readonly Row Cookies = s_tcpExt.Counter("SyncookiesSent", "tcpagent_namespace_syncookies_sent_total",
        "SYN-ACKs sent there with a SYN cookie.");

    internal static readonly Row Retransmitted = s_tcp.Counter("RetransSegs", "tcpagent_namespace_retransmitted_segments_total",
        "Segments retransmitted there.");

    internal static readonly Row Sent = s_tcp.Counter("OutSegs", "tcpagent_namespace_segments_sent_total",
        "Segments sent there, without those that carry only retransmitted data.");

    internal static readonly Row Received = s_tcp.Hidden("InSegs", "tcpagent_namespace_segments_received", "Segments received there.");

    internal static readonly Row TimeWait = s_sockstat.Gauge("tw", "tcpagent_namespace_time_wait_sockets",
        "TIME_WAIT sockets there, and the closed FIN_WAIT2 sockets that the kernel keeps in the same small form.");

    internal static readonly Row Sockets = s_sockstat.Gauge("inuse", "tcpagent_namespace_tcp_sockets_inuse",
        "TCP sockets there, IPv4 and IPv6. Excludes TIME_WAIT and SYN_RECV.", from: "TCP.inuse and TCP6.inuse");

    internal static readonly Row Sockets6 = s_sockstat6.Hidden("inuse", "tcpagent_namespace_tcp6_sockets", "The IPv6 sockets among them.");

    internal static readonly Row RecentOverflows = Rows.Hidden(
        "tcpagent_namespace_recent_overflows", "Accept queue overflows there within the peak window.");

    internal static readonly Row RecentRequestDrops = Rows.Hidden(
        "tcpagent_namespace_recent_request_drops", "SYN queue drops there within the peak window.");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Count = CountRows.Gauge(
        "tcpagent_namespaces", "Other network namespaces of this host that have a process: containers, pods, units with PrivateNetwork=.");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_namespaces_omitted", "Of these, network namespaces that are not looked at because there are more than 256.");

    internal static readonly Row AllOverflows = CountRows.Hidden(
        "tcpagent_namespaces_overflows", "Accept queue overflows in other network namespaces since the agent first saw each.");
}
