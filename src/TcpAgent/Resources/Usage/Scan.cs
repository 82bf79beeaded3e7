using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Scans all instances of one kind of limit for the fullest and for the one that is followed.</summary>
struct Scan(Instance? followed)
{
    /// <summary>The instance whose use is wanted, whether it is the fullest or not.</summary>
    internal Instance? FollowedInstance => followed;

    internal Fill Fullest { get; private set; } = Fill.None;

    internal Fill Followed { get; private set; } = Fill.None;

    /// <param name="used">The use; absent values are skipped.</param>
    /// <param name="limit">The limit; absent where it is unknown.</param>
    /// <param name="of">The instance; null where there is only one.</param>
    /// <param name="isProven">Whether something other than its use proves that it limits.</param>
    internal void Offer(long used, long limit, Instance? of, bool isProven = false)
    {
        if (used == KernelValue.Absent)
            return;
        var fill = new Fill(used, limit, of, isProven);
        if (fill.IsFullerThan(Fullest))
            Fullest = fill;
        if (ReferenceEquals(of, followed))
            Followed = fill;
    }
}
