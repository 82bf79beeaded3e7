using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The UDP sockets of one address and port that lost a datagram or whose buffer was an eighth full at a scan.</summary>
sealed class UdpReceiver(Endpoint local, TimeSpan peakWindow, TimeProvider time)
{
    const int UsedSeries = 0, StandingShareSeries = 1, SeriesCount = 2;

    readonly PeakWindow _window = new(SeriesCount, peakWindow, time, PeakWindow.FewParts);
    readonly WindowedTotal _drops = new(peakWindow, time);
    UdpQueue _queue = new() { Limit = KernelValue.Absent, StandingLimit = KernelValue.Absent };

    /// <summary>Drops found by the scans since the last tick.</summary>
    long _newDrops;

    internal EndpointInstance Instance { get; } = new(local);

    internal Endpoint Local => local;

    /// <summary>The cgroup of the fullest socket at the last scan that reported it; 0 if it is unknown.</summary>
    internal ulong Cgroup => _queue.Cgroup;

    /// <summary>The receiver with its owner; null while that is unknown.</summary>
    internal OwnerInstance? Owner { get; set; }

    internal long Used => _queue.Used;

    internal long Limit => _queue.Limit;

    internal int Sockets => _queue.Sockets;

    /// <summary>
    /// The bytes in use at two consecutive scans. A burst that is read within a millisecond also fills a buffer, but harms nobody.
    /// </summary>
    internal long Standing => _queue.Standing;

    internal long StandingLimit => _queue.StandingLimit;

    /// <summary>Highest number of bytes in use seen within the peak window.</summary>
    internal long Peak => _window[UsedSeries];

    /// <summary>The largest share of the buffer that stayed in use within the peak window, in percent.</summary>
    internal long PeakStandingPercent => _window[StandingShareSeries];

    /// <summary>All drops since the first was seen, including those of closed sockets and from before the agent started.</summary>
    internal long Drops { get; private set; }

    /// <summary>Drops within the peak window.</summary>
    internal long RecentDrops => _drops.Recent;

    /// <summary>True if nothing but its sum is worth reporting now.</summary>
    internal bool IsQuiet => RecentDrops == 0 && !(Limit > 0 && Peak >= Limit / 8);

    /// <summary>Called at each scan before its results are added: a buffer that is not reported is nearly empty.</summary>
    internal void Begin() => (_queue.Used, _queue.Standing, _queue.Sockets) = (0, 0, 0);

    internal void Add(in UdpQueue queue)
    {
        _queue = queue;
        Drops += queue.Drops;
        _newDrops += queue.NewDrops;
    }

    internal void Record(long timestamp)
    {
        _drops.Add(timestamp, _newDrops);
        _newDrops = 0;
        _window.Record(timestamp, [Used, (long)Math.Min(int.MaxValue, 100 * Fullness.Of(Standing, StandingLimit).Share)]);
    }
}
