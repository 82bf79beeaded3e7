namespace TcpAgent.Sampling;

/// <summary>
/// A fixed interval on a monotonic clock. A missed tick is skipped and counted, never queued, and later ticks stay on the grid of the
/// first.
/// </summary>
sealed class Schedule(long start, long interval)
{
    internal long Due { get; private set; } = start;

    internal long Missed { get; private set; }

    /// <summary>Moves to the first due time after now and returns how many were skipped.</summary>
    internal long Advance(long now)
    {
        var late = now - Due;
        var skipped = late < interval ? 0 : late / interval;
        Due += (skipped + 1) * interval;
        Missed += skipped;
        return skipped;
    }
}
