namespace TcpAgent.Resources;

/// <summary>
/// What of a difference of counters stays. A packet that was between the two when they were read is gone from the difference at the next
/// tick, and one that was counted late is owed until then.
/// </summary>
struct Residue
{
    /// <summary>More than this is not owed: it was no delay but packets that are counted twice.</summary>
    const long MostOwed = 1000;

    long _level;

    /// <param name="left">Left over since the tick before.</param>
    /// <returns>What was left over then and still is.</returns>
    internal long Take(long left)
    {
        var before = _level;
        _level = Math.Max(_level + left, -MostOwed);
        var stays = Math.Max(0, Math.Min(_level, before));
        _level -= stays;
        return stays;
    }
}
