using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The accept queues of all listeners, exported or not. A queue in which connections wait too long limits, full or not.</summary>
sealed class AcceptQueueUsage(Listeners listeners) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.FullestLength, listener.FullestLimit, listener.Instance, listener.IsLate);
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
