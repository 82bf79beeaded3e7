namespace TcpAgent.Metrics;

/// <summary>A sum that only rises, and the part of it that was added within a sliding window.</summary>
sealed class WindowedTotal(TimeSpan window, TimeProvider time)
{
    readonly WindowedTotals _totals = new(1, window, time);

    internal long Total => _totals.Total(0);

    /// <summary>The amount added within the window; 0 before the first addition.</summary>
    internal long Recent => _totals.Recent(0);

    /// <summary>Called at each tick, even if there is nothing to add, because it advances the window.</summary>
    internal void Add(long timestamp, long amount)
    {
        // The usual case: as long as nothing is added to an empty window, time does not change it.
        if (amount != 0 || Recent != 0)
            _totals.Add(timestamp, [amount]);
    }
}
