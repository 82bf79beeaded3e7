using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Local ports of the pairs that hold most. Those in TIME_WAIT do not stand in the way where tcp_tw_reuse lets connect() take them
/// again after a second (net/ipv4/tcp_ipv4.c, tcp_twsk_unique).
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

        // The one that is followed may hold less by now, or nothing.
        if (!scan.Followed.IsKnown && scan.FollowedInstance is TupleInstance followed)
            scan.Offer(InTheWay(ports.Of(followed.Tuple)), ports.Limit, followed);
    }

    long InTheWay(in HeldPorts one) => IsReused(reuse?.Value, timestamps?.Value, one.Tuple.IsLoopback) ? one.Held - one.TimeWait : one.Held;

    /// <summary>1 is for all, 2, the default since 4.19, for loopback. Without timestamps neither does anything.</summary>
    internal static bool IsReused(long? reuse, long? timestamps, bool isLoopback) => timestamps > 0 && (reuse == 1 || (reuse == 2 && isLoopback));
}
