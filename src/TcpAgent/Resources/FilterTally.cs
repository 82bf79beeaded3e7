using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Packets that rules of this host dropped on their way in or out since the agent started: the minimum that the IP counters leave
/// unexplained. Drops by connection tracking are a stage of their own, and may have been in either direction.
/// </summary>
sealed class FilterTally : IPacketCount
{
    readonly bool _isSent;
    readonly IpBalance _v4;
    readonly IpBalance _v6;
    readonly SlotRef? _tracked;
    readonly SlotRef? _espUsers;
    readonly Tally _multicast;
    readonly Tally _joined;
    Residue _residueV4;
    Residue _residueV6;
    long _total;

    FilterTally(Wiring wiring, bool isSent)
    {
        (_isSent, _v4, _v6) = (isSent, IpBalance.V4(wiring), IpBalance.V6(wiring));
        (_tracked, _espUsers) = (wiring[Conntrack.Drops], wiring[Sysctl.EspUsers]);
        _multicast = new Tally(new Term(wiring[Devices.ReceiveMulticast]));
        _joined = new Tally(
            new(wiring[NetstatRows.IpExtInMcastPkts]), new(wiring[Snmp6Rows.Ip6InMcastPkts]),
            new(wiring[NetstatRows.IpExtOutMcastPkts], -1), new(wiring[Snmp6Rows.Ip6OutMcastPkts], -1));
    }

    internal static FilterTally Input(Wiring wiring) => new(wiring, isSent: false);

    internal static FilterTally Output(Wiring wiring) => new(wiring, isSent: true);

    public long Total { get; private set; } = KernelValue.Absent;

    public long Increase { get; private set; }

    public void Update()
    {
        _v4.Update();
        _v6.Update();
        var tracked = _tracked?.Rise ?? 0;
        Increase = _residueV4.Take(_v4.Left(_isSent) - tracked - NotJoined()) + _residueV6.Take(_v6.Left(_isSent) - tracked);

        // IPsec passes each packet that it encrypts twice (net/xfrm/xfrm_output.c): OutRequests counts it twice, OutTransmits once.
        if (_isSent && _espUsers is { Value: > 0 })
            (Increase, Total) = (0, KernelValue.Absent);
        else
            Total = _v4.Of(_isSent).IsKnown || _v6.Of(_isSent).IsKnown ? _total += Increase : KernelValue.Absent;
    }

    /// <summary>
    /// No counter shows the end of IPv4 multicast to groups that this host has not joined. Where devices count multicast, it is at most
    /// their count minus that of IP, which may include packets looped back without a device. Some drivers (veth, virtio) count none.
    /// </summary>
    long NotJoined()
    {
        _multicast.Update();
        _joined.Update();
        return _isSent ? 0 : Math.Max(0, _multicast.Increase - _joined.Increase);
    }
}
