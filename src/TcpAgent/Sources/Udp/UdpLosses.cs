using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// What the losses at receive buffers come to. RcvbufErrors tells them from what else moves sk_drops: a bad checksum, a socket's filter, a
/// policy. It does not say which socket lost, and a datagram lost in thousands limits nobody.
/// </summary>
sealed class UdpLosses(Source snmp, Source snmp6, SamplingOptions options, TimeProvider time)
{
    /// <summary>From so many on, within the window or at one tick, a share says something.</summary>
    const int Few = 5, FewAtOnce = 10;

    /// <summary>Of all datagrams that came, within the window and at one tick, the parts that count: a hundredth and a twentieth.</summary>
    const int Part = 100, PartAtOnce = 20;

    /// <summary>A buffer that stands as full as this, in percent, and loses is read too slowly.</summary>
    const int Full = 80;

    /// <summary>
    /// Of the drops at a socket so many more than the losses may be due to the moment at which each is read: a tenth and some.
    /// </summary>
    const int Slack = 16;

    readonly SlotRef
        _errors = new(snmp[SnmpRows.Rows], SnmpRows.UdpRcvbufErrors), _errors6 = new(snmp6[Snmp6Rows.Rows], Snmp6Rows.Udp6RcvbufErrors),
        _read = new(snmp[SnmpRows.Rows], SnmpRows.UdpInDatagrams), _read6 = new(snmp6[Snmp6Rows.Rows], Snmp6Rows.Udp6InDatagrams);

    readonly WindowedTotal _lost = new(options.PeakWindow, time), _received = new(options.PeakWindow, time);

    /// <summary>Datagrams lost at receive buffers of this namespace within the window.</summary>
    internal long Lost => _lost.Recent;

    /// <summary>Datagrams that applications read within the window.</summary>
    internal long Received => _received.Recent;

    /// <summary>The losses of this tick are more than one in thousands.</summary>
    internal bool AreHarmful { get; private set; }

    /// <summary>The receiver that lost them; null where none can be named.</summary>
    internal UdpReceiver? Loser { get; private set; }

    /// <summary>At each tick, once the counters and the receivers are those of the tick.</summary>
    internal void Update(long timestamp, UdpReceivers receivers)
    {
        var (lost, received) = (_errors.Rise + _errors6.Rise, _read.Rise + _read6.Rise);
        _lost.Add(timestamp, lost);
        _received.Add(timestamp, received);
        Loser = null;
        AreHarmful = (lost >= FewAtOnce && lost * PartAtOnce >= lost + received) || (Lost >= Few && Lost * Part >= Lost + Received);
        if (Lost == 0)
            return;
        foreach (var receiver in receivers.Known)
        {
            if (receiver.RecentDrops == 0)
                continue;
            if (Loser is null || Compare(receiver, Loser) > 0)
                Loser = receiver;

            // Among the datagrams of a busier socket those of this one are few.
            AreHarmful |= receiver.RecentDrops >= Few && Lost >= Few && receiver.PeakStandingPercent >= Full;
        }
    }

    /// <summary>
    /// Which of two is the likelier to have lost: not one that dropped more than was lost at all buffers, then the one whose buffer stood
    /// full, then the one that dropped more.
    /// </summary>
    int Compare(UdpReceiver one, UdpReceiver other) => Likelihood(one).CompareTo(Likelihood(other));

    (bool, bool, long) Likelihood(UdpReceiver receiver) =>
        (IsPossible(receiver), receiver.PeakStandingPercent >= Full, receiver.RecentDrops);

    bool IsPossible(UdpReceiver receiver) => receiver.RecentDrops <= Lost + (Lost / 10) + Slack;
}
