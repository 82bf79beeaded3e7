using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Queues on the way out, in packets or bytes as their limit is; without a known limit in packets.</summary>
sealed class QdiscUsage(Qdiscs qdiscs) : Usage
{
    readonly Table _table = qdiscs[Qdiscs.Rows];

    internal override void Look(ref Scan scan)
    {
        for (var i = 0; i < _table.Count; i++)
        {
            var slots = _table[i];
            if (slots[Qdiscs.LimitBytes] != KernelValue.Absent)
                scan.Offer(slots[Qdiscs.QueueBytes], slots[Qdiscs.LimitBytes], _table.InstanceAt(i));
            else
                scan.Offer(slots[Qdiscs.QueuePackets], slots[Qdiscs.LimitPackets], _table.InstanceAt(i));
        }
    }
}
