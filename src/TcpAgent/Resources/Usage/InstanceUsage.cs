using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One queue for each CPU, device or program, with a limit of its own or one for all.</summary>
sealed class InstanceUsage(Table table, int used, int limit = -1, SlotRef? commonLimit = null) : Usage
{
    internal override void Look(ref Scan scan)
    {
        for (var i = 0; i < table.Count; i++)
        {
            var own = limit >= 0 ? table[i][limit] : commonLimit?.Value ?? Metric.Absent;
            scan.Offer(table[i][used], own, table.KeyOf(i));
        }
    }
}
