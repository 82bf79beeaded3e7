using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Looks over all that share one kind of limit: finds the fullest and the one that is followed.</summary>
struct Scan(Instance? followed)
{
    /// <summary>The one whose use is asked for, whether it is the fullest or not.</summary>
    internal Instance? FollowedInstance => followed;

    internal Fill Fullest { get; private set; } = Fill.None;

    internal Fill Followed { get; private set; } = Fill.None;

    /// <param name="used">Absent values are passed over.</param>
    /// <param name="limit">Absent where it is not known.</param>
    /// <param name="of">Which of several; null where there is only one.</param>
    /// <param name="isProven">It is known to limit by something other than its use.</param>
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
