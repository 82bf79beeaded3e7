using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>The fuller of several tables of one kind.</summary>
sealed class EitherUsage(params (SlotRef? Used, SlotRef? Limit, Instance Instance)[] tables) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var (used, limit, instance) in tables)
            scan.Offer(used?.Value ?? KernelValue.Absent, limit?.Value ?? KernelValue.Absent, instance);
    }
}
