using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Queues on the way out, in packets or bytes as their limit is; without a known limit in packets.</summary>
sealed class QdiscUsage(Qdiscs qdiscs) : Usage
{
    readonly Table _table = qdiscs.Tables[0];
    readonly int _packets = qdiscs.Tables[0].Find([], "qlen"u8);
    readonly int _bytes = qdiscs.Tables[0].Find([], "backlog"u8);
    readonly int _limitPackets = qdiscs.Tables[0].Find([], "limit packets"u8);
    readonly int _limitBytes = qdiscs.Tables[0].Find([], "limit bytes"u8);

    internal override void Look(ref Scan scan)
    {
        for (var i = 0; i < _table.Count; i++)
        {
            var slots = _table[i];
            if (slots[_limitBytes] != Metric.Absent)
                scan.Offer(slots[_bytes], slots[_limitBytes], _table.KeyOf(i));
            else
                scan.Offer(slots[_packets], slots[_limitPackets], _table.KeyOf(i));
        }
    }
}
