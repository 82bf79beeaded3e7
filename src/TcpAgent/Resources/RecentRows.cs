using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Counts within the part of the peak window that the agent has seen. Advice and findings weigh losses against them.</summary>
static class RecentRows
{
    internal static readonly Rows Rows = new();

    static readonly List<RecentCount> s_counts = [];

    internal static readonly Row Covered = Rows.Hidden("tcpagent_recent_covered_nanoseconds", "The part of the peak window that the agent has seen.");

    internal static readonly Row VerdictSince = Rows.Hidden(
        "tcpagent_verdict_since", "Wall clock in milliseconds when the worst state of all resources turned to its value. Absent while it has not turned since the agent started.");

    internal static readonly Row PacketsReceived = Count("tcpagent_recent_packets_received", "IPv4 and IPv6 packets received.",
        w => Tally.Of(w[SnmpRows.IpInReceives], w[Snmp6Rows.Ip6InReceives]));

    internal static readonly Row PacketsForwarded = Count("tcpagent_recent_packets_forwarded", "IPv4 and IPv6 packets forwarded.",
        w => Tally.Of(w[SnmpRows.IpForwDatagrams], w[Snmp6Rows.Ip6OutForwDatagrams]));

    internal static readonly Row TcpOpens = Count("tcpagent_recent_tcp_opens", "TCP connections opened or accepted by this host.",
        w => Tally.Of(w[SnmpRows.TcpActiveOpens], w[SnmpRows.TcpPassiveOpens]));

    internal static readonly Row UdpDatagrams = Count("tcpagent_recent_udp_datagrams", "UDP datagrams sent or received by this host, including those for closed ports.",
        w => Tally.Of(
            w[SnmpRows.UdpInDatagrams], w[SnmpRows.UdpNoPorts], w[SnmpRows.UdpInErrors], w[SnmpRows.UdpOutDatagrams],
            w[Snmp6Rows.Udp6InDatagrams], w[Snmp6Rows.Udp6NoPorts], w[Snmp6Rows.Udp6OutDatagrams]));

    internal static readonly Row ReassemblyTimeouts = Count("tcpagent_recent_reassembly_timeouts", "Packets given up because a fragment did not arrive.",
        w => Tally.Of(w[SnmpRows.IpReasmTimeout], w[Snmp6Rows.Ip6ReasmTimeout]));

    internal static readonly Row ConntrackInvalid = Count("tcpagent_recent_conntrack_invalid", "Packets that could not be tracked.",
        w => Tally.Of(w[Conntrack.Invalid]));

    internal static readonly Row ClashResolutions = Count("tcpagent_recent_clash_resolutions", "Races for one flow that were resolved without loss.",
        w => Tally.Of(w[Conntrack.ClashResolutions]));

    internal static readonly Row ListenDrops = Count("tcpagent_recent_listen_drops", "Packets that a listener of this host dropped.",
        w => Tally.Of(w[NetstatRows.ListenDrops]));

    internal static readonly Row HandshakesRefused = Count(
        "tcpagent_recent_handshakes_refused",
        "Packets of half-open connections that a listener drops in normal operation: resets, SYNs sent again, bare ACKs while it defers.",
        w => Tally.Of(w[NetstatRows.EmbryonicRsts], w[NetstatRows.TCPSynRetrans], w[NetstatRows.TCPDeferAcceptDrop]));

    // The outcome of handshakes within the window, whatever the sysctls are now.
    internal static readonly Row AnsweredByCookies = Count(NetstatRows.TCPReqQFullDoCookies),
        CookiesSent = Count(NetstatRows.SyncookiesSent), CookiesReturned = Count(NetstatRows.SyncookiesRecv),
        Deferred = Count(NetstatRows.TCPDeferAcceptDrop);

    // These show that a limiter is elsewhere. Each row is named for its counter.
    internal static readonly Row SegmentsReceived = Count(SnmpRows.TcpInSegs), RetransSegs = Count(SnmpRows.TcpRetransSegs),
        OrigDataSent = Count(NetstatRows.TCPOrigDataSent), Timeouts = Count(NetstatRows.TCPTimeouts),
        SynRetrans = Count(NetstatRows.TCPSynRetrans), LostRetransmit = Count(NetstatRows.TCPLostRetransmit),
        RetransFail = Count(NetstatRows.TCPRetransFail), SpuriousHostQueues = Count(NetstatRows.TCPSpuriousRtxHostQueues),
        WinProbe = Count(NetstatRows.TCPWinProbe), ToZeroWindow = Count(NetstatRows.TCPToZeroWindowAdv),
        FromZeroWindow = Count(NetstatRows.TCPFromZeroWindowAdv), PawsTimeWait = Count(NetstatRows.PAWSTimewait),
        PawsPassive = Count(NetstatRows.PAWSPassive), PawsActive = Count(NetstatRows.PAWSActive),
        PawsEstab = Count(NetstatRows.PAWSEstab), TsEcrRejected = Count(NetstatRows.TSEcrRejected);

    internal static readonly Row LinkLocalExceeded = Count("tcpagent_recent_link_local_exceeded", "Packets to the cloud's own services that it dropped.",
        w => Tally.Of(w[NicRows.LinkLocal]));

    internal static readonly Row UnresolvedDiscards = Count("tcpagent_recent_unresolved_discards", "Packets dropped while they waited for a neighbour.",
        w => Tally.Of(w[Neighbours.V4.UnresolvedDiscards], w[Neighbours.V6.UnresolvedDiscards]));

    internal static readonly RecentCount[] Counts = [.. s_counts];

    static Row Count(Row counter) =>
        Count($"tcpagent_recent_{counter.Field}", $"Rise of {counter.Name}.", w => Tally.Of(w[counter]));

    static Row Count(string name, string help, Func<Wiring, Tally> tally)
    {
        var row = Rows.Hidden(name, help);
        s_counts.Add(new RecentCount(row, tally));
        return row;
    }
}
