using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The listening sockets of one address and port; several when they share it by SO_REUSEPORT.</summary>
sealed class Listener(Endpoint endpoint, PeakWindow window)
{
    const int LengthSeries = 0, DropsSeries = 1, FullestSeries = 2, SeriesCount = 3;

    long _dropsBefore = KernelValue.Absent;

    internal Endpoint Endpoint { get; } = endpoint;

    internal EndpointInstance Instance { get; } = new(endpoint);

    internal long Peak => window[LengthSeries];

    internal int Sockets { get; set; }

    internal long Length { get; set; }

    /// <summary>Absent where only /proc/net/tcp can be read.</summary>
    internal long Limit { get; set; } = KernelValue.Absent;

    /// <summary>Longest queue of a single member.</summary>
    internal long FullestLength { get; set; }

    /// <summary>The limit of that member.</summary>
    internal long FullestLimit { get; set; } = KernelValue.Absent;

    /// <summary>Longest queue of a single member within the peak window.</summary>
    internal long FullestPeak => window[FullestSeries];

    /// <summary>All drops at this address and port since the first was seen, of closed members too.</summary>
    internal long Drops { get; set; }

    /// <summary>Drops since the tick before.</summary>
    internal long NewDrops { get; private set; }

    /// <summary>Drops within the peak window.</summary>
    internal long RecentDrops => window[DropsSeries] == KernelValue.Absent ? 0 : Drops + window[DropsSeries];

    /// <param name="timestamp">Monotonic.</param>
    /// <param name="isFirst">Drops of before the agent's start are no news.</param>
    internal void Record(long timestamp, bool isFirst)
    {
        if (_dropsBefore == KernelValue.Absent)
            _dropsBefore = isFirst ? Drops : 0;
        NewDrops = Drops - _dropsBefore;

        // Drops never fall, so the least of the window, negated its highest, is where the window began.
        window.Record(timestamp, [Length, -_dropsBefore, FullestLength]);
        _dropsBefore = Drops;
    }

    /// <summary>The fullest member's queue was this long between two ticks.</summary>
    internal void Raise(long timestamp, long length) => window.Record(timestamp, [length, KernelValue.Absent, length]);

    internal static Listener For(Endpoint endpoint, TimeSpan peakWindow, TimeProvider time) =>
        new(endpoint, new PeakWindow(SeriesCount, peakWindow, time, PeakParts));

    const int PeakParts = 12;

    /// <summary>Half-open connections, as of the last walk.</summary>
    internal long SynRecv { get; set; } = KernelValue.Absent;

    /// <summary>Connections that wait and whose peer has already closed, as of the last walk.</summary>
    internal long Abandoned { get; set; } = KernelValue.Absent;

    /// <summary>Milliseconds that the oldest waiting connection has been silent.</summary>
    internal long OldestWait { get; set; } = KernelValue.Absent;
}
