namespace TcpAgent.Resources;

/// <summary>
/// The lasting part of a difference between counters. A packet that was between the two counters at the read disappears from the difference
/// at the next tick, and one that was counted late is owed until then.
/// </summary>
struct Residue
{
    /// <summary>The most that can be owed: more is not a delay but packets that are counted twice.</summary>
    const long MostOwed = 1000;

    long _level;

    /// <param name="left">The difference since the previous tick.</param>
    /// <returns>The part that was left over then and still is.</returns>
    internal long Take(long left)
    {
        var before = _level;
        _level = Math.Max(_level + left, -MostOwed);
        var stays = Math.Max(0, Math.Min(_level, before));
        _level -= stays;
        return stays;
    }
}
