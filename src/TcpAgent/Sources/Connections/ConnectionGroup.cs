using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The sums of one group of connections, since it is known and within the peak window.</summary>
sealed class ConnectionGroup(ConnectionInstance instance, TimeSpan window, TimeProvider time)
{
    readonly long[] _look = new long[ConnectionSum.Count];

    internal ConnectionInstance Instance { get; } = instance;

    internal WindowedTotals Sums { get; } = new(ConnectionSum.Count, window, time);

    /// <summary>Connections compared at the last look.</summary>
    internal long SampledNow { get; private set; }

    internal void Add(in ConnectionSample sample, int parts) => ConnectionSum.Add(_look, sample, parts);

    /// <summary>Ends a look.</summary>
    internal void Take(long timestamp)
    {
        SampledNow = _look[ConnectionSum.Sampled];
        _look[ConnectionSum.Looks] = 1;
        Sums.Add(timestamp, _look);
        _look.AsSpan().Clear();
    }
}
