using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Whose flows hold the entries. The kernel shows an unprivileged reader no share by protocol. But a protocol cannot hold more entries than
/// it ever had flows or packets, which rules some out. A protocol with a null count may hold any number.
/// </summary>
/// <param name="Open">TCP connections of this host in ESTABLISHED now.</param>
/// <param name="Connections">TCP connections that this host ever opened or accepted.</param>
/// <param name="Datagrams">UDP datagrams that this host ever sent or received.</param>
/// <param name="Forwarded">Packets that this host ever forwarded.</param>
/// <param name="Holder">The kind of flow that holds most entries.</param>
readonly record struct ConntrackFlows(long? Open, long? Connections, long? Datagrams, long? Forwarded, ConntrackHolder Holder)
{
    static readonly Row[]
        s_connections = [SnmpRows.TcpActiveOpens, SnmpRows.TcpPassiveOpens],
        s_datagrams =
        [
            SnmpRows.UdpInDatagrams, SnmpRows.UdpNoPorts, SnmpRows.UdpInErrors, SnmpRows.UdpOutDatagrams,
            Snmp6Rows.Udp6InDatagrams, Snmp6Rows.Udp6NoPorts, Snmp6Rows.Udp6OutDatagrams,
        ],
        s_forwarded = [SnmpRows.IpForwDatagrams, Snmp6Rows.Ip6OutForwDatagrams];

    internal static ConntrackFlows Of(long entries, SampleView view)
    {
        var flows = new ConntrackFlows(
            view[SnmpRows.TcpCurrEstab], Sum(view, s_connections), Sum(view, s_datagrams), Sum(view, s_forwarded), ConntrackHolder.Unknown);
        return flows with { Holder = flows.HolderOf(entries / 2, view) };
    }

    ConntrackHolder HolderOf(long half, SampleView view)
    {
        bool mayBeTcp = !(Connections < half), mayBeUdp = !(Datagrams < half), mayBeForwarded = !(Forwarded < half);
        return Open >= half ? ConntrackHolder.OpenConnections
            : (mayBeForwarded, mayBeTcp, mayBeUdp) switch
            {
                (false, false, true) => ConntrackHolder.Udp,
                (false, true, false) => ConntrackHolder.PastConnections,
                (false, false, false) => ConntrackHolder.Unanswered,
                _ when IsMostlyUdp(view) => ConntrackHolder.ProbablyUdp,
                (true, _, _) => Forwarded is null ? ConntrackHolder.Unknown : ConntrackHolder.Forwarded,
                _ => ConntrackHolder.Unknown,
            };
    }

    static bool IsMostlyUdp(SampleView view) =>
        view[RecentRows.UdpDatagrams] is > 0 and var datagrams
        && datagrams >= 10 * ((view[RecentRows.TcpOpens] ?? 0) + (view[RecentRows.PacketsForwarded] ?? 0));

    /// <summary>Null if the first is absent. An IPv6 counter is absent where there is no IPv6.</summary>
    static long? Sum(SampleView view, Row[] rows)
    {
        var sum = view[rows[0]];
        foreach (var row in rows.AsSpan(1))
            sum += view[row] ?? 0;
        return sum;
    }
}
