using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One queue per CPU, device or program, with one limit for all or no known limit.</summary>
sealed class InstanceUsage(SlotRef used, SlotRef? limit = null) : Usage
{
    internal override void Look(ref Scan scan)
    {
        var most = limit?.Value ?? KernelValue.Absent;
        for (var i = 0; i < used.Table.Count; i++)
            scan.Offer(used.Table[i][used.Row], most, used.Table.InstanceAt(i));
    }
}
