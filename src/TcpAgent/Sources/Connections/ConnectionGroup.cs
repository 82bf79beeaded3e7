using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The sums of one group of connections, since it is known and within the peak window.</summary>
sealed class ConnectionGroup(ConnectionInstance instance, TimeSpan window, TimeProvider time)
{
    long[] _look = new long[ConnectionSum.Count], _last = new long[ConnectionSum.Count];

    internal ConnectionInstance Instance { get; } = instance;

    internal WindowedTotals Sums { get; } = new(ConnectionSum.Count, window, time);

    /// <summary>What the last look added to one of the sums.</summary>
    internal long Last(int one) => _last[one];

    internal void Add(in ConnectionSample sample, int parts) => ConnectionSum.Add(_look, sample, parts);

    /// <summary>Ends a look.</summary>
    internal void Take(long timestamp)
    {
        Sums.Add(timestamp, _look);
        (_look, _last) = (_last, _look);
        _look.AsSpan().Clear();
    }
}
