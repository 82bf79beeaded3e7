using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>How full something is.</summary>
/// <param name="Used">In the resource's own unit.</param>
/// <param name="Limit"><see cref="Metric.Absent"/> where the kernel does not tell.</param>
/// <param name="Key">Label text of the listener, CPU or queue it is; empty where there is only one.</param>
readonly record struct Fill(long Used, long Limit, byte[] Key)
{
    internal static Fill None => new(Metric.Absent, Metric.Absent, []);

    internal bool IsKnown => Used != Metric.Absent;

    /// <summary>Share of the limit in use; 0 where either is not known.</summary>
    internal double Ratio => !IsKnown || Limit == Metric.Absent ? 0 : Limit > 0 ? (double)Used / Limit : Used > 0 ? double.MaxValue : 0;

    internal bool IsFullerThan(in Fill other) =>
        IsKnown && (!other.IsKnown || Ratio > other.Ratio || (Ratio == other.Ratio && Used > other.Used));
}

/// <summary>Looks over all that share one kind of limit: finds the fullest and the one that is followed.</summary>
struct Scan(byte[] followed)
{
    internal byte[] FollowedKey => followed;

    internal Fill Fullest { get; private set; } = Fill.None;

    internal Fill Followed { get; private set; } = Fill.None;

    internal void Offer(long used, long limit, byte[] key)
    {
        if (used == Metric.Absent)
            return;
        var fill = new Fill(used, limit, key);
        if (fill.IsFullerThan(Fullest))
            Fullest = fill;
        if (ReferenceEquals(key, followed))
            Followed = fill;
    }
}

/// <summary>Reads used and limit of one kind of resource.</summary>
abstract class Usage
{
    internal abstract void Look(ref Scan scan);

    /// <summary>Which of them lost something at this tick, when the loss counters do not say.</summary>
    internal virtual byte[]? Blamed => null;
}

/// <summary>One table with one limit; pages become bytes by the factor. The largest int means no limit (net/ipv6/route.c since 6.3); for some tables 0 does.</summary>
sealed class TableUsage(SlotRef used, SlotRef? limit, long factor, bool zeroIsNoLimit) : Usage
{
    internal static TableUsage? Of(SlotRef? used, SlotRef? limit, long factor = 1, bool zeroIsNoLimit = false) =>
        used is { } slot ? new TableUsage(slot, limit, factor, zeroIsNoLimit) : null;

    internal override void Look(ref Scan scan)
    {
        var most = limit?.Value ?? Metric.Absent;
        var isNoLimit = most == int.MaxValue || (zeroIsNoLimit && most == 0);
        scan.Offer(Times(used.Value), isNoLimit ? Metric.Absent : Times(most), []);
    }

    long Times(long value) => value == Metric.Absent ? value : value > long.MaxValue / factor ? long.MaxValue : value * factor;
}

/// <summary>The fuller of several tables of one kind.</summary>
sealed class EitherUsage(params (SlotRef? Used, SlotRef? Limit, byte[] Key)[] tables) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var (used, limit, key) in tables)
            scan.Offer(used?.Value ?? Metric.Absent, limit?.Value ?? Metric.Absent, key);
    }
}

/// <summary>One queue for each CPU, device or program, with a limit of its own or one for all.</summary>
sealed class InstanceUsage(Block block, int used, int limit = -1, SlotRef? commonLimit = null) : Usage
{
    internal override void Look(ref Scan scan)
    {
        for (var i = 0; i < block.Count; i++)
        {
            var own = limit >= 0 ? block[i][limit] : commonLimit?.Value ?? Metric.Absent;
            scan.Offer(block[i][used], own, block.KeyOf(i));
        }
    }
}

/// <summary>Accept queues, every listener's whether exported or not.</summary>
sealed class AcceptQueueUsage(Listeners listeners) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.FullestLength, listener.FullestLimit, listener.Key);
    }

    internal override byte[]? Blamed => listeners.Overflowed?.Key;
}

/// <summary>
/// Half-open connections, as of the last walk. Their limit is the listener's backlog; without SYN cookies also three quarters of
/// tcp_max_syn_backlog (net/ipv4/tcp_input.c, tcp_conn_request).
/// </summary>
sealed class SynQueueUsage(Listeners listeners, SlotRef? cookies, SlotRef? maxBacklog) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.SynRecv, LimitOf(listener), listener.Key);
    }

    /// <summary>
    /// An accept queue overflowed and no other listener's SYN queue is near its limit: behind a full accept queue handshakes cannot
    /// end, and the SYN queue fills for that.
    /// </summary>
    internal bool IsConsequence
    {
        get
        {
            var overflowed = false;
            foreach (var listener in listeners.Known)
            {
                if (listener.FullestLimit != Metric.Absent && listener.FullestPeak > listener.FullestLimit)
                    overflowed = true;
                else if (new Fill(listener.SynRecv, LimitOf(listener), listener.Key).Ratio >= Resource.Near)
                    return false;
            }
            return overflowed;
        }
    }

    long LimitOf(Listener listener)
    {
        if (listener.Limit == Metric.Absent || cookies?.Value != 0 || maxBacklog is not { } max || max.Value == Metric.Absent)
            return listener.Limit;
        return Math.Min(listener.Limit, (max.Value - (max.Value >> 2)) * listener.Sockets);
    }
}

/// <summary>Queues on the way out, in packets or bytes as their limit is; without a known limit in packets.</summary>
sealed class QdiscUsage(Qdiscs qdiscs) : Usage
{
    readonly Block _block = qdiscs.Blocks[0];
    readonly int _packets = qdiscs.Blocks[0].Find([], "qlen"u8);
    readonly int _bytes = qdiscs.Blocks[0].Find([], "backlog"u8);
    readonly int _limitPackets = qdiscs.Blocks[0].Find([], "limit packets"u8);
    readonly int _limitBytes = qdiscs.Blocks[0].Find([], "limit bytes"u8);

    internal override void Look(ref Scan scan)
    {
        for (var i = 0; i < _block.Count; i++)
        {
            var slots = _block[i];
            if (slots[_limitBytes] != Metric.Absent)
                scan.Offer(slots[_bytes], slots[_limitBytes], _block.KeyOf(i));
            else
                scan.Offer(slots[_packets], slots[_limitPackets], _block.KeyOf(i));
        }
    }
}

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
        scan.Offer(most, ports.Limit, ports.Worst.IsEmpty ? [] : ports.Key(ports.Worst[fullest].Tuple));

        // The one that is followed may hold less by now, or nothing.
        if (!scan.Followed.IsKnown)
            scan.Offer(InTheWay(ports.Of(scan.FollowedKey)), ports.Limit, scan.FollowedKey);
    }

    long InTheWay(in HeldPorts one) => IsReused(reuse?.Value, timestamps?.Value, one.Tuple.IsLoopback) ? one.Held - one.TimeWait : one.Held;

    /// <summary>1 is for all, 2, the default since 4.19, for loopback. Without timestamps neither does anything.</summary>
    internal static bool IsReused(long? reuse, long? timestamps, bool isLoopback) => timestamps > 0 && (reuse == 1 || (reuse == 2 && isLoopback));
}
