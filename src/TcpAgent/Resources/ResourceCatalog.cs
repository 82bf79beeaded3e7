using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Every bounded resource, one row each, in the order in which a packet or connection meets them.</summary>
static class ResourceCatalog
{
    /// <summary>A nearly full queue this deep is no coincidence, even if only one sample saw it.</summary>
    internal const long Deep = 64;

    static readonly List<Resource> s_all = [];

    static readonly Instance s_ipv4 = new("IPv4"), s_ipv6 = new("IPv6");

    static readonly int s_pageSize = Environment.SystemPageSize;

    internal static readonly Resource DeviceReceive = Row(new(
        "device_rx", ["devices"], Scope.Namespace, "packets", "receive rings of network devices",
        _ => null,
        w => [
            new(Tally.Of(w[Devices.ReceiveMissed], w[Devices.ReceiveFifoErrors]), LossRule.Proof),
            new(Tally.Of(w[Devices.ReceiveDropped]), LossRule.Own),
        ]));

    internal static readonly Resource SoftnetBacklog = Row(new(
        "softnet_backlog", ["softnet", "sysctl"], Scope.Host, "packets", "each CPU's backlog of received packets",
        w => w[Softnet.Backlog] is { } backlog ? new InstanceUsage(backlog, w[SysctlRows.NetdevMaxBacklog]) : null,
        w => [new(new Tally(new(w[Softnet.Dropped]), new(w[Softnet.FlowLimit], -1)), LossRule.Proof)])
    { FullAboveLimit = true, StaysBelow = Deep });

    internal static readonly Resource NeighbourV4 = Row(new(
        "neighbour_v4", ["neighbours", "sysctl"], Scope.Host, "entries", "IPv4 neighbour table (ARP)",
        w => TableUsage.Of(w[Neighbours.V4.Entries], w[SysctlRows.NeighV4GcThresh3]),
        w => [new(Tally.Of(w[Neighbours.V4.TableFulls]), LossRule.Proof)]));

    internal static readonly Resource NeighbourV6 = Row(new(
        "neighbour_v6", ["neighbours", "sysctl"], Scope.Host, "entries", "IPv6 neighbour table (ND)",
        w => TableUsage.Of(w[Neighbours.V6.Entries], w[SysctlRows.NeighV6GcThresh3]),
        w => [new(Tally.Of(w[Neighbours.V6.TableFulls]), LossRule.Proof)]));

    internal static readonly Resource RouteCacheV6 = Row(new(
        "route_cache_v6", ["neighbours", "sysctl"], Scope.Namespace, "entries", "cached IPv6 routes",
        w => TableUsage.Of(w[Neighbours.RouteEntries], w[SysctlRows.RouteV6MaxSize]), _ => [])
    { LimitIsProof = true });

    internal static readonly Resource Fragments = Row(new(
        "fragments", ["sockstat", "sysctl"], Scope.Namespace, "bytes", "memory of fragments awaiting reassembly",
        w => new EitherUsage(
            (w[SockstatRows.FragMemory], w[SysctlRows.IpfragHighThresh], s_ipv4),
            (w[SockstatRows.Frag6Memory], w[SysctlRows.Ip6fragHighThresh], s_ipv6)),
        w => [
            // ReasmFails counts each timeout too, when a fragment was lost on the way (net/ipv4/ip_fragment.c, ip_expire).
            new(new Tally(new(w[SnmpRows.IpReasmFails]), new(w[SnmpRows.IpReasmTimeout], -1)), LossRule.WhileNear) { Of = s_ipv4 },
            new(new Tally(new(w[Snmp6Rows.Ip6ReasmFails]), new(w[Snmp6Rows.Ip6ReasmTimeout], -1)), LossRule.WhileNear) { Of = s_ipv6 },
        ]));

    internal static readonly Resource NfQueue = Row(new(
        "nfqueue", ["nfqueue"], Scope.Namespace, "packets", "packets that wait for a program's verdict (NFQUEUE)",
        w => w[Sources.NfQueue.Waiting] is { } waiting ? new InstanceUsage(waiting) : null,
        w => [new(Tally.Of(w[Sources.NfQueue.Dropped], w[Sources.NfQueue.UserDropped]), LossRule.Proof)])
    { StaysBelow = long.MaxValue });

    internal static readonly Resource Conntrack = Row(new(
        "conntrack", ["conntrack"], Scope.Namespace, "entries", "connection tracking table",
        w => TableUsage.Of(w[Sources.Conntrack.Entries], w[Sources.Conntrack.Limit], zeroIsNoLimit: true),
        w => [
            new(Tally.Of(w[Sources.Conntrack.EarlyDrops]), LossRule.Proof),

            // A failed insertion counts as drop too (net/netfilter/nf_conntrack_core.c, nf_ct_resolve_clash).
            new(new Tally(new(w[Sources.Conntrack.Drops]), new(w[Sources.Conntrack.InsertFailures], -1)), LossRule.Own),
        ]));

    /// <summary>
    /// If NAT finds no free port it takes one that is in use, and the insertion fails: insert_failed and drop rise together. A hash chain
    /// that is too long raises insert_failed without drop. A race that the kernel resolves raises clash_resolve alone, or insert_failed
    /// alone before 5.10. An occasional clash is a race for one flow or port: the kernel never resolves those of TCP.
    /// </summary>
    internal static readonly Resource NatPorts = Row(new("nat_ports", ["conntrack"], Scope.Namespace, "ports", "NAT ports to a destination",
        _ => null,
        w => [
            new(new Tally(new(w[Sources.Conntrack.InsertFailures]), new(w[Sources.Conntrack.ChainTooLong], -1))
            {
                AtMost = Tally.Of(w[Sources.Conntrack.Drops]),
            }, LossRule.Proof),
        ])
    { StrayLossSeconds = 5 });

    internal static readonly Resource SynQueue = Row(new(
        "syn_queue", ["listeners", "sockets", "netstat"], Scope.Namespace, "connections", "half-open connections of a listener",
        w => SynQueueUsageOf(w), SynQueueLosses)
    { FullAboveLimit = true, StaysBelow = long.MaxValue });

    internal static readonly Resource AcceptQueue = Row(new(
        "accept_queue", ["listeners", "netstat"], Scope.Namespace, "connections",
        "connections that wait for the application to accept them",
        w => w.Source<Listeners>() is { } listeners ? new AcceptQueueUsage(listeners, w.Source<Namespaces>()) : null,
        w => [
            new(Tally.Of(w[NetstatRows.ListenOverflows]), LossRule.Proof),
            new(Tally.Of(w[NamespaceRows.AllOverflows]), LossRule.Proof) { Blamed = () => w.Source<Namespaces>()?.Overflowed },
        ])
    { FullAboveLimit = true, StaysBelow = Deep });

    internal static readonly Resource AcceptQueueUnix = Row(new("accept_queue_unix", ["unix"], Scope.Namespace, "connections",
        "connections to an AF_UNIX socket that wait for the application to accept them",
        w => w.Source<UnixListeners>() is { } listeners ? new UnixQueueUsage(listeners) : null, _ => [])
    { FullAboveLimit = true, LimitIsProof = true });

    internal static readonly Resource UdpReceive = Row(new("udp_receive", ["udp", "snmp"], Scope.Namespace, "bytes",
        "receive buffers of UDP sockets",
        w => w.Source<UdpSockets>() is { } sockets ? new UdpQueueUsage(sockets) : null, UdpReceiveLosses));

    internal static readonly Resource TcpMemory = Row(new(
        "tcp_memory", ["sockstat", "sysctl"], Scope.Host, "bytes", "memory of all TCP buffers",
        w => TableUsage.Of(w[SockstatRows.TcpMem], w[SysctlRows.TcpMem[2]], s_pageSize),
        w => [
            new(Tally.Of(w[NetstatRows.TCPMemoryPressures]), LossRule.Pressure),
            new(Tally.Of(w[NetstatRows.TCPRcvQDrop], w[NetstatRows.PruneCalled], w[NetstatRows.RcvPruned]), LossRule.WhileNear),

            // Pressure ends no connection: only the third value does, or too many orphans (net/ipv4/tcp.c, tcp_check_oom).
            new(Tally.Of(w[NetstatRows.TCPAbortOnMemory]), LossRule.WhileNear) { From = Resource.Near },
        ])
    { LimitIsProof = true, Pressure = w => TableUsage.Of(w[SysctlRows.TcpMem[1]], null, s_pageSize) });

    internal static readonly Resource UdpMemory = Row(new(
        "udp_memory", ["sockstat", "sysctl"], Scope.Host, "bytes", "memory of all UDP buffers",
        w => TableUsage.Of(w[SockstatRows.UdpMem], w[SysctlRows.UdpMem[2]], s_pageSize),
        w => [new(Tally.Of(w[SnmpRows.UdpMemErrors], w[Snmp6Rows.Udp6MemErrors]), LossRule.Proof, UdpMemErrorsRule(w))])
    { LimitIsProof = true }); // 6.18 drops without counting MemErrors

    internal static readonly Resource Orphans = Row(new(
        "orphans", ["sockstat", "sysctl"], Scope.Host, "sockets", "connections that no process holds any longer (orphans)",
        w => TableUsage.Of(w[SockstatRows.TcpOrphan], w[SysctlRows.TcpMaxOrphans]),
        w => [new(Tally.Of(w[NetstatRows.TCPAbortOnMemory]), LossRule.WhileNear) { From = 0.25 }]));

    internal static readonly Resource TimeWait = Row(new(
        "time_wait", ["sockstat", "sysctl"], Scope.Namespace, "sockets", "sockets in TIME_WAIT",
        w => TableUsage.Of(w[SockstatRows.TcpTw], w[SysctlRows.TcpMaxTwBuckets]),
        w => [new(Tally.Of(w[NetstatRows.TCPTimeWaitOverflow]), LossRule.Proof)]));

    internal static readonly Resource EphemeralPorts = Row(new(
        "ephemeral_ports", ["ports"], Scope.Namespace, "ports", "local ports from one address to one destination",
        w => w.Source<EphemeralPorts>() is { } ports
            ? new PortUsage(ports, w[SysctlRows.TcpTwReuse], w[SysctlRows.TcpTimestamps])
            : null,
        _ => [])
    { LimitIsProof = true });

    internal static readonly Resource EphemeralPortsUdp = Row(new("ephemeral_ports_udp", ["udp"], Scope.Namespace, "ports",
        "local UDP ports",
        w => w.Source<UdpSockets>() is { } sockets ? new UdpPortUsage(sockets) : null, _ => [])
    { LimitIsProof = true });

    internal static readonly Resource OpenFiles = Row(new("open_files", ["open_files"], Scope.Host, "files",
        "open files of the process nearest to its own limit",
        w => w.Source<Sources.OpenFiles>() is { } files ? new OpenFilesUsage(files) : null, _ => [])
    { LimitIsProof = true });

    internal static readonly Resource FileHandles = Row(new("file_handles", ["sysctl"], Scope.Host, "files", "open files of all processes",
        w => TableUsage.Of(w[SysctlRows.FileNr], w[SysctlRows.FileMax]), _ => [])
    { LimitIsProof = true });

    internal static readonly Resource Qdisc = Row(new(
        "qdisc", ["qdisc"], Scope.Namespace, "packets or bytes", "qdiscs of network devices",
        w => w.Source<Qdiscs>() is { } qdiscs ? new QdiscUsage(qdiscs) : null, QdiscLosses)
    { StaysBelow = long.MaxValue });

    /// <summary>What the cloud allows. Of connections it reports only how many more there may be (<see cref="Nic.Taken"/>).</summary>
    internal static readonly Resource
        CloudBandwidthIn = Row(Cloud("cloud_bandwidth_in", "bandwidth that the cloud allows into this instance", NicRows.BandwidthIn)),
        CloudBandwidthOut = Row(Cloud("cloud_bandwidth_out", "bandwidth that the cloud allows out of this instance", NicRows.BandwidthOut)),
        CloudPackets = Row(Cloud("cloud_pps", "packets per second that the cloud allows", NicRows.Packets, NicRows.LinkLocal)),
        CloudConntrack = Row(Cloud("cloud_conntrack", "connections that the cloud tracks for this instance", NicRows.Conntrack) with
        {
            Unit = "connections",
            Usage = w => TableUsage.Of(w[NicRows.ConntrackTaken], null),
            Pressure = w => TableUsage.Of(w[NicRows.ConntrackMark], null),
        });

    internal static readonly Resource[] All = [.. s_all];

    static Resource Row(Resource row)
    {
        s_all.Add(row);
        return row;
    }

    /// <summary>Only an allowance that is used up moves these counters.</summary>
    static Resource Cloud(string name, string title, params Row[] counters) => new(
        name, ["nics"], Scope.Host, "packets", title, _ => null, w => Array.ConvertAll(
            counters, counter => new Loss(Tally.Of(w[counter]), LossRule.Proof) { Covered = () => w.Source<Nics>()?.Covered ?? 0 }));

    static SynQueueUsage? SynQueueUsageOf(Wiring wiring) => wiring.Source<Listeners>() is { } listeners
        ? new SynQueueUsage(listeners, wiring[SysctlRows.TcpSyncookies], wiring[SysctlRows.TcpMaxSynBacklog])
        : null;

    static Loss[] SynQueueLosses(Wiring wiring)
    {
        var queue = SynQueueUsageOf(wiring);
        var cookies = wiring[SysctlRows.TcpSyncookies];
        LossRule Rule() => queue?.IsConsequence == true ? LossRule.Consequence : LossRule.Proof;
        return
        [
            new(Tally.Of(wiring[NetstatRows.TCPReqQFullDrop]), LossRule.Proof, Rule),

            // With tcp_syncookies=2 the kernel answers every SYN with a cookie, whether the queue is full or not.
            new(Tally.Of(wiring[NetstatRows.TCPReqQFullDoCookies]), LossRule.Proof, () => cookies?.Value == 2 ? LossRule.None : Rule()),

            // Without cookies the kernel also drops at three quarters of tcp_max_syn_backlog, which no counter of its own shows.
            new(new Tally(
                    new(wiring[NetstatRows.ListenDrops]), new(wiring[NetstatRows.ListenOverflows], -1),
                    new(wiring[NetstatRows.TCPReqQFullDrop], -1)),
                LossRule.WhileNear, () => cookies?.Value == 0 && queue?.IsConsequence == false ? LossRule.WhileNear : LossRule.None),
        ];
    }

    /// <summary>
    /// Before 5.17 the memory limit of a cgroup moves MemErrors too (net/core/sock.c, __sk_mem_raise_allocated). Where the host's own limit
    /// can be read, usage must be near it; a child namespace has only the counter.
    /// </summary>
    static Func<LossRule> UdpMemErrorsRule(Wiring wiring)
    {
        var limit = wiring[SysctlRows.UdpMem[2]];
        return () => limit is { Value: not KernelValue.Absent } ? LossRule.Own : LossRule.Proof;
    }

    /// <summary>
    /// Only a full buffer moves these counters. But one datagram lost in thousands limits nobody, and when all UDP memory is used up no
    /// buffer can reach its configured size.
    /// </summary>
    static Loss[] UdpReceiveLosses(Wiring wiring)
    {
        var losses = wiring.Source<UdpSockets>()?.Losses;
        var (memory, most) = (wiring[SockstatRows.UdpMem], wiring[SysctlRows.UdpMem[2]]);
        bool IsMemoryShort() => Fullness.Of(memory?.Value ?? KernelValue.Absent, most?.Value ?? KernelValue.Absent).Share >= Resource.Near;
        return
        [
            new(Tally.Of(wiring[SnmpRows.UdpRcvbufErrors], wiring[Snmp6Rows.Udp6RcvbufErrors]), LossRule.Proof,
                () => losses is null ? LossRule.Own : losses.AreHarmful && !IsMemoryShort() ? LossRule.Proof : LossRule.Consequence),
        ];
    }

    static Loss[] QdiscLosses(Wiring wiring)
    {
        var drops = Tally.Of(wiring[Qdiscs.Dropped]);
        return [new(drops, LossRule.Proof, () => drops.Worst is QdiscInstance { DropsEarly: false } ? LossRule.Proof : LossRule.Own)];
    }
}
