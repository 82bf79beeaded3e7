using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The sysctls in /proc/sys that bound or shape the TCP path. Here <see cref="Row.Section"/> is the file below /proc/sys and <see
/// cref="Row.Field"/> the index of the number in it.
/// </summary>
static class SysctlRows
{
    const string Help =
        "A sysctl as this network namespace sees it, in the sysctl's own unit (packets, bytes, pages, seconds). A changed limit may not "
        + "reach sockets that are already open.";

    internal static readonly Rows Rows = new();

    // Packets on their way in: net/core/sysctl_net_core.c
    internal static readonly Row NetdevMaxBacklog = Setting("net.core.netdev_max_backlog");
    internal static readonly Row NetdevBudget = Setting("net.core.netdev_budget");
    internal static readonly Row NetdevBudgetUsecs = Setting("net.core.netdev_budget_usecs");

    // Listeners and handshakes: net/ipv4/sysctl_net_ipv4.c
    internal static readonly Row Somaxconn = Setting("net.core.somaxconn");
    internal static readonly Row TcpMaxSynBacklog = Setting("net.ipv4.tcp_max_syn_backlog");
    internal static readonly Row TcpSyncookies = Setting("net.ipv4.tcp_syncookies");
    internal static readonly Row TcpSynRetries = Setting("net.ipv4.tcp_syn_retries");
    internal static readonly Row TcpSynackRetries = Setting("net.ipv4.tcp_synack_retries");
    internal static readonly Row TcpAbortOnOverflow = Setting("net.ipv4.tcp_abort_on_overflow");
    internal static readonly Row TcpFastopen = Setting("net.ipv4.tcp_fastopen");

    // TIME_WAIT, orphans and local ports: net/ipv4/sysctl_net_ipv4.c
    internal static readonly Row TcpMaxTwBuckets = Setting("net.ipv4.tcp_max_tw_buckets");
    internal static readonly Row TcpTwReuse = Setting("net.ipv4.tcp_tw_reuse");
    internal static readonly Row TcpTwRecycle = Setting("net.ipv4.tcp_tw_recycle"); // removed in 4.12
    internal static readonly Row TcpFinTimeout = Setting("net.ipv4.tcp_fin_timeout");
    internal static readonly Row TcpMaxOrphans = Setting("net.ipv4.tcp_max_orphans");
    internal static readonly Row TcpOrphanRetries = Setting("net.ipv4.tcp_orphan_retries");
    internal static readonly Row[] IpLocalPortRange = Settings("net.ipv4.ip_local_port_range", 2);

    // Buffers and memory: tcp_mem and udp_mem are in pages, the rest in bytes
    internal static readonly Row[] TcpMem = Settings("net.ipv4.tcp_mem", 3);
    internal static readonly Row[] UdpMem = Settings("net.ipv4.udp_mem", 3);
    internal static readonly Row[] TcpRmem = Settings("net.ipv4.tcp_rmem", 3);
    internal static readonly Row[] TcpWmem = Settings("net.ipv4.tcp_wmem", 3);
    internal static readonly Row RmemMax = Setting("net.core.rmem_max");
    internal static readonly Row WmemMax = Setting("net.core.wmem_max");

    // Life of a connection: net/ipv4/sysctl_net_ipv4.c
    internal static readonly Row TcpKeepaliveTime = Setting("net.ipv4.tcp_keepalive_time");
    internal static readonly Row TcpRetries2 = Setting("net.ipv4.tcp_retries2");
    internal static readonly Row TcpTimestamps = Setting("net.ipv4.tcp_timestamps");

    // Fragments, neighbours and routes: net/ipv4/ip_fragment.c, net/ipv6/reassembly.c, net/core/neighbour.c, net/ipv6/route.c
    internal static readonly Row IpfragHighThresh = Setting("net.ipv4.ipfrag_high_thresh");
    internal static readonly Row NeighV4GcThresh1 = Setting("net.ipv4.neigh.default.gc_thresh1");
    internal static readonly Row NeighV4GcThresh2 = Setting("net.ipv4.neigh.default.gc_thresh2");
    internal static readonly Row NeighV4GcThresh3 = Setting("net.ipv4.neigh.default.gc_thresh3");
    internal static readonly Row Ip6fragHighThresh = Setting("net.ipv6.ip6frag_high_thresh");
    internal static readonly Row NeighV6GcThresh1 = Setting("net.ipv6.neigh.default.gc_thresh1");
    internal static readonly Row NeighV6GcThresh2 = Setting("net.ipv6.neigh.default.gc_thresh2");
    internal static readonly Row NeighV6GcThresh3 = Setting("net.ipv6.neigh.default.gc_thresh3");
    internal static readonly Row RouteV6MaxSize = Setting("net.ipv6.route.max_size");

    // Connection tracking: net/netfilter/nf_conntrack_standalone.c; absent while the module is not loaded
    internal static readonly Row NfConntrackMax = Setting("net.netfilter.nf_conntrack_max");
    internal static readonly Row NfConntrackBuckets = Setting("net.netfilter.nf_conntrack_buckets");
    internal static readonly Row NfConntrackUdpTimeout = Setting("net.netfilter.nf_conntrack_udp_timeout");
    internal static readonly Row NfConntrackUdpTimeoutStream = Setting("net.netfilter.nf_conntrack_udp_timeout_stream");
    internal static readonly Row NfConntrackTcpBeLiberal = Setting("net.netfilter.nf_conntrack_tcp_be_liberal");
    internal static readonly Row NfConntrackTcpTimeoutEstablished = Setting("net.netfilter.nf_conntrack_tcp_timeout_established");
    internal static readonly Row NfConntrackTcpTimeoutTimeWait = Setting("net.netfilter.nf_conntrack_tcp_timeout_time_wait");

    // Files: fs/file_table.c
    internal static readonly Row FileMax = Setting("fs.file-max");
    internal static readonly Row FileNr = Settings("fs.file-nr", 1)[0]; // the second is always 0, the third is file-max

    /// <summary>Whether the kernel keeps the sysctl in a long (proc_doulongvec_minmax), not in an int.</summary>
    internal static bool IsLong(Row row) =>
        row == TcpMem[0] || row == UdpMem[0] || row == IpfragHighThresh || row == Ip6fragHighThresh || row == FileMax || row == FileNr;

    /// <param name="name">The dotted name.</param>
    static Row Setting(string name) => Add(name, 0, name);

    /// <summary>Adds the rows of one file with several numbers.</summary>
    static Row[] Settings(string name, int count)
    {
        var rows = new Row[count];
        for (var i = 0; i < count; i++)
            rows[i] = Add(name, i, $"{name}[{i}]");
        return rows;
    }

    static Row Add(string name, int index, string label) => Rows.Section(name.Replace('.', '/')).Gauge(
        index.ToString(CultureInfo.InvariantCulture), "tcpagent_sysctl", Help, labels: $"name=\"{label}\"", from: "/proc/sys");
}
