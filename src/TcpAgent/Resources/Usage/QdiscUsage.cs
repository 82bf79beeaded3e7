using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The qdiscs of the devices, in the unit of their limit (packets or bytes), or in packets if the limit is unknown.</summary>
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
