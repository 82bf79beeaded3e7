using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// The packets of one IP version, received or to be sent, minus those whose end the kernel counts. Rules of this host dropped the rest: the
/// kernel counts no drop by netfilter, by a BPF program of a cgroup or by a blackhole route. Measured on Linux 6.18 the rest is exactly 0
/// for loopback, veth, routers, fragments, ICMP, neighbour discovery, GRO and packets too large (net/ipv4/ip_input.c, ip_output.c,
/// ip_forward.c, net/ipv6/ip6_input.c, ip6_output.c; packets merged by GRO count once in each place).
/// </summary>
sealed class IpBalance(Balance received, Balance sent)
{
    internal static IpBalance V4(Wiring wiring) => new(
        new Balance(
            [wiring[SnmpRows.IpInReceives], wiring[SnmpRows.IpReasmOKs]],
            [
                wiring[SnmpRows.IpInDelivers], wiring[SnmpRows.IpForwDatagrams], wiring[SnmpRows.IpReasmReqds],
                wiring[SnmpRows.IpInHdrErrors], wiring[SnmpRows.IpInAddrErrors], wiring[SnmpRows.IpInUnknownProtos],
                wiring[SnmpRows.IpInDiscards], wiring[SnmpRows.IpFragFails],
                wiring[NetstatRows.IpExtInNoRoutes], wiring[NetstatRows.IpExtInTruncatedPkts], wiring[NetstatRows.IPReversePathFilter],
            ]),

        // Packets without a route are counted before OutRequests counts them; OutDiscards includes drops by rules.
        new Balance(
            [wiring[SnmpRows.IpOutRequests], wiring[SnmpRows.IpForwDatagrams], wiring[SnmpRows.IpFragCreates]],
            [wiring[SnmpRows.IpOutTransmits], wiring[SnmpRows.IpFragOKs], wiring[SnmpRows.IpFragFails]]));

    /// <summary>
    /// Multicast ends uncounted when this host has not joined its group, so all multicast is taken as ended and the rest is a minimum.
    /// </summary>
    internal static IpBalance V6(Wiring wiring) => new(
        new Balance(
            [wiring[Snmp6Rows.Ip6InReceives], wiring[Snmp6Rows.Ip6ReasmOKs]],
            [
                wiring[Snmp6Rows.Ip6InDelivers], wiring[Snmp6Rows.Ip6OutForwDatagrams], wiring[Snmp6Rows.Ip6ReasmReqds],
                wiring[Snmp6Rows.Ip6InHdrErrors], wiring[Snmp6Rows.Ip6InAddrErrors], wiring[Snmp6Rows.Ip6InUnknownProtos],
                wiring[Snmp6Rows.Ip6InDiscards], wiring[Snmp6Rows.Ip6InTooBigErrors], wiring[Snmp6Rows.Ip6InNoRoutes],
                wiring[Snmp6Rows.Ip6InTruncatedPkts], wiring[Snmp6Rows.Ip6InMcastPkts],
            ]),
        new Balance(
            [wiring[Snmp6Rows.Ip6OutRequests], wiring[Snmp6Rows.Ip6OutForwDatagrams], wiring[Snmp6Rows.Ip6FragCreates]],
            [wiring[Snmp6Rows.Ip6OutTransmits], wiring[Snmp6Rows.Ip6FragOKs], wiring[Snmp6Rows.Ip6FragFails]]));

    internal void Update()
    {
        received.Update();
        sent.Update();
    }

    internal Balance Of(bool isSent) => isSent ? sent : received;

    /// <summary>
    /// Packets left over on one side since the previous tick. IPVS takes packets from the input and sends them without a request, so a
    /// surplus on the other side explains them.
    /// </summary>
    internal long Left(bool isSent)
    {
        var (left, other) = (Of(isSent).Left, Of(!isSent).Left);
        return left > 0 && other < 0 ? Math.Max(0, left + other) : left;
    }
}
