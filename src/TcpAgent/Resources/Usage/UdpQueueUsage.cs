using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The receive buffers of all UDP sockets, exported or not.</summary>
sealed class UdpQueueUsage(UdpSockets sockets) : Usage
{
    internal override void Look(ref Scan scan)
    {
        if (!sockets.IsKnown)
            return;
        foreach (var receiver in sockets.Receivers)
            if (receiver.RecentDrops > 0 || Fullness.Of(receiver.Standing, receiver.StandingLimit).Share >= Resource.Near)
                scan.Offer(receiver.Standing, receiver.StandingLimit, receiver.Instance);

        // The other sockets are not named. A buffer that is seen full once may have been read by the next scan.
        var (used, limit) = sockets.Fullest;
        scan.Offer(Fullness.Of(used, limit).Share < Resource.Near ? used : 0, limit, null);
    }

    internal override Instance? Blamed => sockets.Losses.Loser?.Instance;

    /// <summary>A socket that has closed since may have lost the datagram.</summary>
    internal override bool IsFullestBlamed => false;
}
