using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The listening sockets of one address, port and device; several when they share it by SO_REUSEPORT.</summary>
sealed class Listener(Endpoint endpoint, TimeSpan peakWindow, TimeProvider time)
{
    const int LengthSeries = 0, FullestSeries = 1, SeriesCount = 2;

    readonly PeakWindow _window = new(SeriesCount, peakWindow, time, PeakWindow.FewParts);
    readonly WindowedTotal _drops = new(peakWindow, time);

    /// <summary>Null before the first tick.</summary>
    long? _dropsBefore;

    internal Endpoint Endpoint { get; } = endpoint;

    /// <summary>Another one when its device is renamed.</summary>
    internal EndpointInstance Instance { get; set; } = new(endpoint, endpoint.Device == 0 ? "" : $"{endpoint.Device}");

    internal long Peak => _window[LengthSeries];

    internal int Sockets { get; set; }

    internal long Length { get; set; }

    /// <summary>Absent where only /proc/net/tcp can be read.</summary>
    internal long Limit { get; set; } = KernelValue.Absent;

    /// <summary>Longest queue of a single member.</summary>
    internal long FullestLength { get; set; }

    /// <summary>The limit of that member.</summary>
    internal long FullestLimit { get; set; } = KernelValue.Absent;

    /// <summary>Longest queue of a single member within the peak window.</summary>
    internal long FullestPeak => _window[FullestSeries];

    /// <summary>All drops at this address and port since the first was seen, of closed members too.</summary>
    internal long Drops { get; set; }

    /// <summary>Drops since the tick before.</summary>
    internal long NewDrops { get; private set; }

    /// <summary>Drops within the peak window.</summary>
    internal long RecentDrops => _drops.Recent;

    /// <param name="timestamp">Monotonic.</param>
    /// <param name="isFirst">Drops counted before the agent started are not new.</param>
    internal void Record(long timestamp, bool isFirst)
    {
        NewDrops = Drops - (_dropsBefore ?? (isFirst ? Drops : 0));
        _dropsBefore = Drops;
        _drops.Add(timestamp, NewDrops);
        _window.Record(timestamp, [Length, FullestLength]);
    }

    /// <summary>The fullest member's queue was this long between two ticks.</summary>
    internal void Raise(long timestamp, long length) => _window.Record(timestamp, [length, length]);

    /// <summary>Half-open connections, as of the last walk.</summary>
    internal long SynRecv { get; set; } = KernelValue.Absent;

    /// <summary>Connections that wait and whose peer has already closed, as of the last walk.</summary>
    internal long Abandoned { get; set; } = KernelValue.Absent;

    /// <summary>Milliseconds that the oldest waiting connection has been silent.</summary>
    internal long OldestWait { get; set; } = KernelValue.Absent;
}
