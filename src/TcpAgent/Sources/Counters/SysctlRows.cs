using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// /proc/sys: settings that bound or shape the TCP path. Here <see cref="Metric.Section"/> is the file below /proc/sys and
/// <see cref="Metric.Field"/> the index of the number in it.
/// </summary>
static class SysctlRows
{
    const string Help =
        "A kernel setting as this network namespace sees it, in the setting's own unit (packets, bytes, pages, seconds). A changed limit may "
        + "not reach sockets that are already open.";

    internal static readonly Metric[] All =
    [
        // Packets on their way in: net/core/sysctl_net_core.c
        .. Sysctl("net.core.netdev_max_backlog"),
        .. Sysctl("net.core.netdev_budget"),
        .. Sysctl("net.core.netdev_budget_usecs"),

        // Listeners and handshakes: net/ipv4/sysctl_net_ipv4.c
        .. Sysctl("net.core.somaxconn"),
        .. Sysctl("net.ipv4.tcp_max_syn_backlog"),
        .. Sysctl("net.ipv4.tcp_syncookies"),
        .. Sysctl("net.ipv4.tcp_syn_retries"),
        .. Sysctl("net.ipv4.tcp_synack_retries"),
        .. Sysctl("net.ipv4.tcp_abort_on_overflow"),
        .. Sysctl("net.ipv4.tcp_fastopen"),

        // TIME_WAIT, orphans and local ports: net/ipv4/sysctl_net_ipv4.c
        .. Sysctl("net.ipv4.tcp_max_tw_buckets"),
        .. Sysctl("net.ipv4.tcp_tw_reuse"),
        .. Sysctl("net.ipv4.tcp_tw_recycle"), // removed in 4.12
        .. Sysctl("net.ipv4.tcp_fin_timeout"),
        .. Sysctl("net.ipv4.tcp_max_orphans"),
        .. Sysctl("net.ipv4.tcp_orphan_retries"),
        .. Sysctl("net.ipv4.ip_local_port_range", 2),

        // Buffers and memory: tcp_mem and udp_mem are in pages, the rest in bytes
        .. Sysctl("net.ipv4.tcp_mem", 3),
        .. Sysctl("net.ipv4.udp_mem", 3),
        .. Sysctl("net.ipv4.tcp_rmem", 3),
        .. Sysctl("net.ipv4.tcp_wmem", 3),
        .. Sysctl("net.core.rmem_max"),
        .. Sysctl("net.core.wmem_max"),

        // Life of a connection: net/ipv4/sysctl_net_ipv4.c
        .. Sysctl("net.ipv4.tcp_keepalive_time"),
        .. Sysctl("net.ipv4.tcp_retries2"),
        .. Sysctl("net.ipv4.tcp_timestamps"),

        // Fragments, neighbours and routes: net/ipv4/ip_fragment.c, net/ipv6/reassembly.c, net/core/neighbour.c, net/ipv6/route.c
        .. Sysctl("net.ipv4.ipfrag_high_thresh"),
        .. Sysctl("net.ipv4.neigh.default.gc_thresh1"),
        .. Sysctl("net.ipv4.neigh.default.gc_thresh2"),
        .. Sysctl("net.ipv4.neigh.default.gc_thresh3"),
        .. Sysctl("net.ipv6.ip6frag_high_thresh"),
        .. Sysctl("net.ipv6.neigh.default.gc_thresh1"),
        .. Sysctl("net.ipv6.neigh.default.gc_thresh2"),
        .. Sysctl("net.ipv6.neigh.default.gc_thresh3"),
        .. Sysctl("net.ipv6.route.max_size"),

        // Connection tracking: net/netfilter/nf_conntrack_standalone.c; absent while the module is not loaded
        .. Sysctl("net.netfilter.nf_conntrack_max"),
        .. Sysctl("net.netfilter.nf_conntrack_buckets"),
        .. Sysctl("net.netfilter.nf_conntrack_udp_timeout"),
        .. Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established"),
        .. Sysctl("net.netfilter.nf_conntrack_tcp_timeout_time_wait"),

        // Files: fs/file_table.c
        .. Sysctl("fs.file-max"),
        .. Sysctl("fs.file-nr", 3)[..1], // the second is always 0, the third is file-max
    ];

    static Metric[] Sysctl(string name, int fields = 1)
    {
        var rows = new Metric[fields];
        for (var i = 0; i < fields; i++)
        {
            var index = i.ToString(CultureInfo.InvariantCulture);
            var label = fields == 1 ? name : $"{name}[{index}]";
            rows[i] = Metric.Gauge(name.Replace('.', '/'), index, "tcpagent_sysctl", Help, labels: $"name=\"{label}\"", origin: "/proc/sys");
        }

        return rows;
    }
}
