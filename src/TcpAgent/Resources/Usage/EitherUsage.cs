using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>The fuller of several tables of one kind.</summary>
sealed class EitherUsage(params (SlotRef? Used, SlotRef? Limit, byte[] Key)[] tables) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var (used, limit, key) in tables)
            scan.Offer(used?.Value ?? Metric.Absent, limit?.Value ?? Metric.Absent, key);
    }
}
