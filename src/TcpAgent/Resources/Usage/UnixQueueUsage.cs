using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The accept queues of all AF_UNIX listeners, exported or not.</summary>
sealed class UnixQueueUsage(UnixListeners listeners) : Usage
{
    internal override void Look(ref Scan scan)
    {
        if (!listeners.IsKnown)
            return;
        foreach (var listener in listeners.Known)
            scan.Offer(listener.Standing, listener.Limit, listener.Instance);

        // All other queues are empty.
        scan.Offer(0, listeners.SmallestLimit, null);
    }
}
