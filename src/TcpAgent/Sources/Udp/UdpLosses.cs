using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Judges losses at receive buffers. RcvbufErrors separates them from other causes that move sk_drops: a bad checksum, a socket filter, a
/// policy. It does not say which socket lost, and one datagram lost in thousands limits nobody.
/// </summary>
sealed class UdpLosses(Source snmp, Source snmp6, SamplingOptions options, TimeProvider time)
{
    /// <summary>From this many losses on, within the window or at one tick, a share is meaningful.</summary>
    const int Few = 5, FewAtOnce = 10;

    /// <summary>The shares of all datagrams that count: a hundredth within the window, a twentieth at one tick.</summary>
    const int Part = 100, PartAtOnce = 20;

    /// <summary>If a buffer stays this full, in percent, and loses datagrams, the application reads too slowly.</summary>
    const int Full = 80;

    /// <summary>The excess of a socket's drops over the losses that the time between the two reads may explain: a tenth and some.</summary>
    const int Slack = 16;

    readonly SlotRef
        _errors = new(snmp[SnmpRows.Rows], SnmpRows.UdpRcvbufErrors), _errors6 = new(snmp6[Snmp6Rows.Rows], Snmp6Rows.Udp6RcvbufErrors),
        _read = new(snmp[SnmpRows.Rows], SnmpRows.UdpInDatagrams), _read6 = new(snmp6[Snmp6Rows.Rows], Snmp6Rows.Udp6InDatagrams);

    readonly WindowedTotal _lost = new(options.PeakWindow, time), _received = new(options.PeakWindow, time);

    /// <summary>Datagrams lost at receive buffers of this namespace within the window.</summary>
    internal long Lost => _lost.Recent;

    /// <summary>Datagrams that applications read within the window.</summary>
    internal long Received => _received.Recent;

    /// <summary>True if the losses of this tick are more than one in thousands.</summary>
    internal bool AreHarmful { get; private set; }

    /// <summary>The receiver that lost them; null if none can be named.</summary>
    internal UdpReceiver? Loser { get; private set; }

    /// <summary>Called at each tick, after counters and receivers were updated.</summary>
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

            // The datagrams of this socket may be few among those of a busier one.
            AreHarmful |= receiver.RecentDrops >= Few && Lost >= Few && receiver.PeakStandingPercent >= Full;
        }
    }

    /// <summary>
    /// Chooses the more probable loser of two: not one that dropped more than all buffers lost, then the one whose buffer stayed full, then
    /// the one that dropped more.
    /// </summary>
    int Compare(UdpReceiver one, UdpReceiver other) => Likelihood(one).CompareTo(Likelihood(other));

    (bool, bool, long) Likelihood(UdpReceiver receiver) =>
        (IsPossible(receiver), receiver.PeakStandingPercent >= Full, receiver.RecentDrops);

    bool IsPossible(UdpReceiver receiver) => receiver.RecentDrops <= Lost + (Lost / 10) + Slack;
}
