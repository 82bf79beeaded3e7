namespace TcpAgent.Lab.Scenarios;

/// <summary>A count that the kernel keeps, and the series that shows it.</summary>
/// <param name="Kernel">As kernel_counters.py names it.</param>
/// <param name="Series">Each a series; without labels, the sum of the metric's series.</param>
sealed record Signal(string Kernel, params string[] Series)
{
    /// <summary>Whether it only rises.</summary>
    internal bool IsCounter => Series.All(one => one.Contains("_total", StringComparison.Ordinal));

    internal static double Sum(Dictionary<string, double> exposition, string series)
    {
        var found = exposition.Where(one => one.Key == series || one.Key.StartsWith($"{series}{{", StringComparison.Ordinal)).ToArray();
        Assert.True(found.Length > 0, $"{series} is not exported");
        return found.Sum(one => one.Value);
    }
}

/// <summary>The counts by which the scenarios prove that their condition was made.</summary>
static class Signals
{
    internal static readonly Signal
        ListenDrops = new("TcpExtListenDrops", "tcpagent_tcp_listen_drops_total"),
        Overflows = new("TcpExtListenOverflows", "tcpagent_tcp_listen_overflows_total", Dropped("accept_queue")),
        RequestDrops = new("TcpExtTCPReqQFullDrop", "tcpagent_tcp_request_queue_full_drops_total", Dropped("syn_queue")),
        RequestCookies = new("TcpExtTCPReqQFullDoCookies", "tcpagent_tcp_request_queue_full_cookies_total"),
        CookiesSent = new("TcpExtSyncookiesSent", "tcpagent_tcp_syncookies_sent_total"),
        PassiveOpens = new("TcpPassiveOpens", "tcpagent_tcp_passive_opens_total"),
        Established = new("ss.ESTAB", "tcpagent_tcp_sockets{state=\"established\"}"),
        CloseWait = new("ss.CLOSE-WAIT", "tcpagent_tcp_sockets{state=\"close_wait\"}"),
        FinWait2 = new("ss.FIN-WAIT-2", "tcpagent_tcp_sockets{state=\"fin_wait2\"}"),
        TimeWait = new("sockstat.TCP.tw", "tcpagent_tcp_time_wait_sockets"),
        TimeWaitOverflows = new("TcpExtTCPTimeWaitOverflow", "tcpagent_tcp_time_wait_overflows_total"),
        AbortsOnMemory = new("TcpExtTCPAbortOnMemory", "tcpagent_tcp_aborts_on_memory_total"),
        MemoryPressures = new("TcpExtTCPMemoryPressures", "tcpagent_tcp_memory_pressures_total"),
        ConntrackDrops = new("nf_conntrack.drop", "tcpagent_conntrack_drops_total", Dropped("conntrack")),
        InsertFailures = new("nf_conntrack.insert_failed", "tcpagent_conntrack_insert_failures_total"),
        ConntrackEntries = new("nf_conntrack.count", "tcpagent_conntrack_entries"),
        BacklogDrops = new("softnet.dropped", "tcpagent_softnet_dropped_total", Dropped("softnet_backlog")),
        UdpMemoryPages = new("sockstat.UDP.mem"),
        NeighbourTableFulls = new("arp_cache.table_fulls", "tcpagent_neighbour_table_fulls_total{family=\"ipv4\"}"),
        DeviceDrops = new("lab0.rx_dropped", "tcpagent_device_receive_dropped_total{device=\"lab0\"}", Dropped("device_dropped")),
        QdiscDrops = new("lab0.tbf.drops", "tcpagent_qdisc_dropped_total{device=\"lab0\",kind=\"tbf\"}", Dropped("qdisc")),
        QueuedBytes = new("lab0.tbf.backlog"),
        FifoDrops = new("lab0.pfifo.drops"),
        IngressDrops = new("lab0.clsact.drops"),
        ListenerDrops = new($"listener_drops{{address=\"{Stage.Server4}\",port=\"8080\"}}"),
        XdpAttached = new("lab0.xdp"),
        RuleDrops = new("nft.dropped"),
        ReversePathDrops = new("TcpExtIPReversePathFilter"),
        ConntrackInvalid = new("nf_conntrack.invalid", "tcpagent_conntrack_invalid_total"),
        ForwardedPackets = new("IpForwDatagrams"),
        FragmentTimeouts = new("IpReasmTimeout"),
        FragmentFailures = new("IpReasmFails"),
        SynReceived = new("ss.SYN-RECV"),
        SynSent = new("ss.SYN-SENT"),
        SynRetransmissions = new("TcpExtTCPSynRetrans"),
        CookiesReceived = new("TcpExtSyncookiesRecv"),
        DeferredDrops = new("TcpExtTCPDeferAcceptDrop"),
        FastOpenOverflows = new("TcpExtTCPFastOpenListenOverflow"),
        ResetsSent = new("TcpOutRsts", "tcpagent_tcp_resets_sent_total"),
        Timeouts = new("TcpExtTCPTimeouts"),
        ZeroWindows = new("TcpExtTCPToZeroWindowAdv"),
        WindowProbes = new("TcpExtTCPWinProbe"),
        OldTimestamps = new("TcpExtPAWSTimewait"),
        UnreadConnections = new("ss.unread"),
        UnreadForLong = new("ss.unread_for_long"),
        LimitedBySendBuffer = new("ss.send_buffer_limited"),
        SegmentsSent = new("TcpExtTCPOrigDataSent"),
        UnacknowledgedConnections = new("ss.unacknowledged"),
        UnixAboveBacklog = new("unix.above_backlog"),
        UdpBufferErrors = new("UdpRcvbufErrors"),
        UdpNoPorts = new("UdpNoPorts"),
        UdpReceived = new("UdpInDatagrams"),
        UdpSockets = new("sockstat.UDP.inuse"),
        UnresolvedDiscards = new("arp_cache.unresolved_discards"),
        Unreachable = new("IcmpOutDestUnreachs");

    static string Dropped(string stage) => $"tcpagent_drops_total{{stage=\"{stage}\"}}";
}
