using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Accept queues, every listener's whether exported or not.</summary>
sealed class AcceptQueueUsage(Listeners listeners) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.FullestLength, listener.FullestLimit, listener.Instance);
    }

    internal override Instance? Blamed => listeners.Overflowed?.Instance;
}
