using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Accept queues of AF_UNIX listeners, every one's whether exported or not.</summary>
sealed class UnixQueueUsage(UnixListeners listeners) : Usage
{
    internal override void Look(ref Scan scan)
    {
        if (!listeners.IsKnown)
            return;
        foreach (var listener in listeners.Known)
            scan.Offer(listener.Standing, listener.Limit, listener.Instance);

        // All others are empty.
        scan.Offer(0, listeners.SmallestLimit, null);
    }
}
