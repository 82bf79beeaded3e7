using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Local ports of the tuples that hold most, and of the source addresses whose ports are bound before connect(). Ports in TIME_WAIT do not
/// count where tcp_tw_reuse lets connect() reuse them after a second (net/ipv4/tcp_ipv4.c, tcp_twsk_unique), and it does.
/// </summary>
sealed class PortUsage(EphemeralPorts ports, SlotRef? reuse, SlotRef? timestamps) : Usage
{
    internal override void Look(ref Scan scan)
    {
        if (!ports.IsKnown)
            return;
        var (fullest, most) = (0, 0L);
        for (var i = 0; i < ports.Worst.Length; i++)
            if (InTheWay(ports.Worst[i]) is var count && count > most)
                (fullest, most) = (i, count);
        scan.Offer(most, ports.Limit, ports.Worst.IsEmpty ? null : ports.InstanceOf(ports.Worst[fullest].Tuple));
        foreach (var source in ports.SourcesCounted)
            if (InTheWay(source) is > 0 and var count)
                scan.Offer(count, ports.Limit, ports.InstanceOf(source.Source));

        // The tuple that is followed may hold less by now, or nothing.
        if (!scan.Followed.IsKnown && scan.FollowedInstance is TupleInstance followed)
            scan.Offer(InTheWay(ports.Of(followed.Tuple)), ports.Limit, followed);
    }

    long InTheWay(in HeldPorts one) => !IsReused(reuse?.Value, timestamps?.Value, one.Tuple.IsLoopback) || ports.IsNotReused(one)
        ? one.Held
        : one.Held - one.TimeWait + one.Fresh;

    /// <summary>
    /// bind() takes no port that is in TIME_WAIT. An address with one destination is reported as that tuple, unless no port is left.
    /// </summary>
    long InTheWay(in SourcePorts source)
    {
        if (!source.IsBound)
            return 0;
        if (source.MostOfOne * 10L < source.Distinct * 9L)
            return source.Distinct;
        var held = source.Distinct - (IsReused(reuse?.Value, timestamps?.Value, source.Source.IsLoopback) ? source.StaleOfThat : 0);
        return held >= ports.Limit ? held : 0;
    }

    /// <summary>1 applies to all, 2 (the default since 4.19) to loopback. Without timestamps neither has an effect.</summary>
    internal static bool IsReused(long? reuse, long? timestamps, bool isLoopback) =>
        timestamps > 0 && (reuse == 1 || (reuse == 2 && isLoopback));
}
