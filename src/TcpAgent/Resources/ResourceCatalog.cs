using System.Text;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Every bounded resource, one row each, in the order a packet or connection meets them.</summary>
static class ResourceCatalog
{
    static readonly List<Resource> s_all = [];

    static readonly int s_pageSize = Environment.SystemPageSize;

    internal static readonly Resource DeviceReceive = Row(new("device_rx", ["devices"], Scope.Namespace, "packets", "receive rings of the network devices",
        _ => null,
        w => [
            new(Tally.Of(w.Row("devices", "", "rx_missed_errors"), w.Row("devices", "", "rx_fifo_errors")), LossRule.Proof),
            new(Tally.Of(w.Row("devices", "", "rx_dropped")), LossRule.Own),
        ]));

    internal static readonly Resource SoftnetBacklog = Row(new("softnet_backlog", ["softnet", "sysctl"], Scope.Host, "packets", "each CPU's backlog of received packets",
        w => w.Row("softnet", "", "backlog") is var (block, row) ? new InstanceUsage(block, row, commonLimit: w.Sysctl("net.core.netdev_max_backlog")) : null,
        w => [new(new Tally(new(w.Row("softnet", "", "dropped")), new(w.Row("softnet", "", "flow_limit"), -1)), LossRule.Proof)])
    { FullAboveLimit = true });

    internal static readonly Resource NeighbourV4 = Row(new("neighbour_v4", ["neighbours", "sysctl"], Scope.Host, "entries", "table of IPv4 neighbours (ARP)",
        w => TableUsage.Of(w.Slot("neighbours", "arp_cache", "entries"), w.Sysctl("net.ipv4.neigh.default.gc_thresh3")),
        w => [new(Tally.Of(w.Row("neighbours", "arp_cache", "table_fulls")), LossRule.Proof)]));

    internal static readonly Resource NeighbourV6 = Row(new("neighbour_v6", ["neighbours", "sysctl"], Scope.Host, "entries", "table of IPv6 neighbours (ND)",
        w => TableUsage.Of(w.Slot("neighbours", "ndisc_cache", "entries"), w.Sysctl("net.ipv6.neigh.default.gc_thresh3")),
        w => [new(Tally.Of(w.Row("neighbours", "ndisc_cache", "table_fulls")), LossRule.Proof)]));

    internal static readonly Resource RouteCacheV6 = Row(new("route_cache_v6", ["neighbours", "sysctl"], Scope.Namespace, "entries", "IPv6 routes, cached ones among them",
        w => TableUsage.Of(w.Slot("neighbours", "rt6_stats", "dst_entries"), w.Sysctl("net.ipv6.route.max_size")), _ => [])
    { LimitIsProof = true });

    internal static readonly Resource Fragments = Row(new("fragments", ["sockstat", "sysctl"], Scope.Namespace, "bytes", "memory of fragments that wait to be reassembled",
        w => new EitherUsage(
            (w.Slot("sockstat", "FRAG", "memory"), w.Sysctl("net.ipv4.ipfrag_high_thresh"), Text("IPv4")),
            (w.Slot("sockstat", "FRAG6", "memory"), w.Sysctl("net.ipv6.ip6frag_high_thresh"), Text("IPv6"))),
        w => [new(Tally.Of(w.Row("snmp", "Ip", "ReasmFails"), w.Row("snmp6", "", "Ip6ReasmFails")), LossRule.WhileNear)]));

    internal static readonly Resource NfQueue = Row(new("nfqueue", ["nfqueue"], Scope.Namespace, "packets", "packets that wait for a program's verdict (NFQUEUE)",
        w => w.Row("nfqueue", "", "queue_total") is var (block, row) ? new InstanceUsage(block, row) : null,
        w => [new(Tally.Of(w.Row("nfqueue", "", "queue_dropped"), w.Row("nfqueue", "", "user_dropped")), LossRule.Proof)]));

    internal static readonly Resource Conntrack = Row(new("conntrack", ["conntrack"], Scope.Namespace, "entries", "connection tracking table",
        w => TableUsage.Of(w.Slot("conntrack", "", "nf_conntrack_count"), w.Slot("conntrack", "", "nf_conntrack_max"), zeroIsNoLimit: true),
        w => [
            new(Tally.Of(w.Row("conntrack", "", "early_drop")), LossRule.Proof),
            new(Tally.Of(w.Row("conntrack", "", "drop")), LossRule.Own),
        ]));

    internal static readonly Resource SynQueue = Row(new("syn_queue", ["listeners", "sockets", "netstat"], Scope.Namespace, "connections", "half-open connections of a listener",
        w => SynQueueUsageOf(w), SynQueueLosses)
    { FullAboveLimit = true });

    internal static readonly Resource AcceptQueue = Row(new("accept_queue", ["listeners", "netstat"], Scope.Namespace, "connections", "connections that wait for the application to accept them",
        w => w.Source<Listeners>() is { } listeners ? new AcceptQueueUsage(listeners) : null,
        w => [new(Tally.Of(w.Row("netstat", "TcpExt", "ListenOverflows")), LossRule.Proof)])
    { FullAboveLimit = true });

    internal static readonly Resource TcpMemory = Row(new("tcp_memory", ["sockstat", "sysctl"], Scope.Host, "bytes", "memory of all TCP buffers",
        w => TableUsage.Of(w.Slot("sockstat", "TCP", "mem"), w.Sysctl("net.ipv4.tcp_mem", 2), s_pageSize),
        w => [
            new(Tally.Of(w.Row("netstat", "TcpExt", "TCPMemoryPressures")), LossRule.Pressure),
            new(Tally.Of(
                w.Row("netstat", "TcpExt", "TCPAbortOnMemory"), w.Row("netstat", "TcpExt", "TCPRcvQDrop"), w.Row("netstat", "TcpExt", "PruneCalled"),
                w.Row("netstat", "TcpExt", "RcvPruned")), LossRule.WhileNear),
        ])
    { LimitIsProof = true, Pressure = w => TableUsage.Of(w.Sysctl("net.ipv4.tcp_mem", 1), null, s_pageSize) });

    internal static readonly Resource UdpMemory = Row(new("udp_memory", ["sockstat", "sysctl"], Scope.Host, "bytes", "memory of all UDP buffers",
        w => TableUsage.Of(w.Slot("sockstat", "UDP", "mem"), w.Sysctl("net.ipv4.udp_mem", 2), s_pageSize),
        w => [new(Tally.Of(w.Row("snmp", "Udp", "MemErrors"), w.Row("snmp6", "", "Udp6MemErrors")), LossRule.Proof)])
    { LimitIsProof = true }); // 6.18 drops without counting MemErrors

    internal static readonly Resource Orphans = Row(new("orphans", ["sockstat", "sysctl"], Scope.Host, "sockets", "connections that no process holds any more",
        w => TableUsage.Of(w.Slot("sockstat", "TCP", "orphan"), w.Sysctl("net.ipv4.tcp_max_orphans")),
        w => [new(Tally.Of(w.Row("netstat", "TcpExt", "TCPAbortOnMemory")), LossRule.WhileNear)])
    { LossesFrom = 0.25 });

    internal static readonly Resource TimeWait = Row(new("time_wait", ["sockstat", "sysctl"], Scope.Namespace, "sockets", "sockets in TIME_WAIT",
        w => TableUsage.Of(w.Slot("sockstat", "TCP", "tw"), w.Sysctl("net.ipv4.tcp_max_tw_buckets")),
        w => [new(Tally.Of(w.Row("netstat", "TcpExt", "TCPTimeWaitOverflow")), LossRule.Proof)]));

    internal static readonly Resource EphemeralPorts = Row(new("ephemeral_ports", ["ports"], Scope.Namespace, "ports", "local ports from one address to one destination",
        w => w.Source<EphemeralPorts>() is { } ports
            ? new PortUsage(ports, w.Sysctl("net.ipv4.tcp_tw_reuse"), w.Sysctl("net.ipv4.tcp_timestamps"))
            : null,
        _ => [])
    { LimitIsProof = true });

    internal static readonly Resource FileHandles = Row(new("file_handles", ["sysctl"], Scope.Host, "files", "open files of all processes",
        w => TableUsage.Of(w.Sysctl("fs.file-nr"), w.Sysctl("fs.file-max")), _ => [])
    { LimitIsProof = true });

    internal static readonly Resource Qdisc = Row(new("qdisc", ["qdisc"], Scope.Namespace, "packets or bytes", "queueing disciplines of the devices",
        w => w.Source<Qdiscs>() is { } qdiscs ? new QdiscUsage(qdiscs) : null, QdiscLosses));

    internal static readonly Resource[] All = [.. s_all];

    static Resource Row(Resource row)
    {
        s_all.Add(row);
        return row;
    }

    static SynQueueUsage? SynQueueUsageOf(Wiring wiring) => wiring.Source<Listeners>() is { } listeners
        ? new SynQueueUsage(listeners, wiring.Sysctl("net.ipv4.tcp_syncookies"), wiring.Sysctl("net.ipv4.tcp_max_syn_backlog"))
        : null;

    static Loss[] SynQueueLosses(Wiring wiring)
    {
        var queue = SynQueueUsageOf(wiring);
        var cookies = wiring.Sysctl("net.ipv4.tcp_syncookies");
        LossRule Rule() => queue?.IsConsequence == true ? LossRule.Consequence : LossRule.Proof;
        return
        [
            new(Tally.Of(wiring.Row("netstat", "TcpExt", "TCPReqQFullDrop")), LossRule.Proof, Rule),

            // With tcp_syncookies=2 every SYN is answered by a cookie, full or not.
            new(Tally.Of(wiring.Row("netstat", "TcpExt", "TCPReqQFullDoCookies")), LossRule.Proof, () => cookies?.Value == 2 ? LossRule.None : Rule()),

            // Without cookies the kernel also drops at three quarters of tcp_max_syn_backlog, and has no counter of its own for it.
            new(new Tally(
                    new(wiring.Row("netstat", "TcpExt", "ListenDrops")), new(wiring.Row("netstat", "TcpExt", "ListenOverflows"), -1),
                    new(wiring.Row("netstat", "TcpExt", "TCPReqQFullDrop"), -1)),
                LossRule.WhileNear, () => cookies?.Value == 0 && queue?.IsConsequence == false ? LossRule.WhileNear : LossRule.None),
        ];
    }

    static Loss[] QdiscLosses(Wiring wiring)
    {
        var drops = Tally.Of(wiring.Row("qdisc", "", "drops"));
        var qdiscs = wiring.Source<Qdiscs>();
        return [new(drops, LossRule.Proof, () => qdiscs?.DropsOnlyAtLimit(drops.Worst) == true ? LossRule.Proof : LossRule.Own)];
    }

    static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);
}
