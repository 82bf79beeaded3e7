using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// The accept queues of all listeners, exported or not. A queue in which connections wait too long limits, full or not. Of other network
/// namespaces only the queues that overflowed are known.
/// </summary>
sealed class AcceptQueueUsage(Listeners listeners, Namespaces? namespaces) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.FullestLength, listener.FullestLimit, listener.Instance, listener.IsLate);
        if (namespaces is null)
            return;
        foreach (var one in namespaces.Known)
            if (one is { Queue: { } queue, IsLost: false })
                scan.Offer(Math.Max(0, one.Waiting), one.Limit, queue, isProven: one.IsBlamed);
    }

    /// <summary>True if they are few, or the oldest arrived less than a second ago.</summary>
    internal override bool IsPassing(Instance? of)
    {
        foreach (var listener in listeners.Known)
            if (ReferenceEquals(listener.Instance, of))
                return listener.FullestLength < AcceptDelay.LeastNear || listener.OldestWait is >= 0 and < AcceptDelay.Late;
        return false;
    }

    internal override Instance? Blamed => listeners.Overflowed?.Instance;
}
