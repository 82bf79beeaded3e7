using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Looks over all that share one kind of limit: finds the fullest and the one that is followed.</summary>
struct Scan(byte[] followed)
{
    internal byte[] FollowedKey => followed;

    internal Fill Fullest { get; private set; } = Fill.None;

    internal Fill Followed { get; private set; } = Fill.None;

    internal void Offer(long used, long limit, byte[] key)
    {
        if (used == Metric.Absent)
            return;
        var fill = new Fill(used, limit, key);
        if (fill.IsFullerThan(Fullest))
            Fullest = fill;
        if (ReferenceEquals(key, followed))
            Followed = fill;
    }
}
