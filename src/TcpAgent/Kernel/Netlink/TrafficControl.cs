using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>Reads qdiscs; needs no privilege.</summary>
static class TrafficControl
{
    const ushort RTM_NEWQDISC = 36;
    const ushort RTM_GETQDISC = 38;
    const int TcMsgLength = 20;
    const int TCA_KIND = 1;
    const int TCA_OPTIONS = 2;
    const int TCA_STATS2 = 7;
    const int TCA_STATS_BASIC = 1;
    const int TCA_STATS_QUEUE = 3;
    const int TCA_STATS_PKT64 = 8;

    /// <summary>struct tcmsg { u8 family, pad; u16 pad; s32 ifindex; u32 handle, parent, info; }, all zero for every device.</summary>
    internal static byte[] Request() => NetlinkMessage.DumpRequest(RTM_GETQDISC, new byte[TcMsgLength]);

    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out QdiscRow row)
    {
        row = new QdiscRow
        {
            Bytes = KernelValue.Absent,
            Packets = KernelValue.Absent,
            QueuePackets = KernelValue.Absent,
            QueueBytes = KernelValue.Absent,
            Drops = KernelValue.Absent,
            Overlimits = KernelValue.Absent,
            LimitPackets = KernelValue.Absent,
            LimitBytes = KernelValue.Absent,
        };
        if (type != RTM_NEWQDISC || payload.Length < TcMsgLength)
            return false;
        row.Index = MemoryMarshal.Read<int>(payload[4..]);
        row.Handle = MemoryMarshal.Read<uint>(payload[8..]);
        row.Parent = MemoryMarshal.Read<uint>(payload[12..]);
        ReadOnlySpan<byte> options = default;
        var attributes = new NetlinkAttributeReader(payload[TcMsgLength..]);
        while (attributes.TryRead(out var attribute, out var value))
        {
            if (attribute == TCA_KIND)
                row.Kind = value.TrimEnd((byte)0);
            else if (attribute == TCA_OPTIONS)
                options = value;
            else if (attribute == TCA_STATS2)
                ReadStatistics(value, ref row);
        }
        ReadLimit(options, ref row);
        return !row.Kind.IsEmpty;
    }

    static void ReadStatistics(ReadOnlySpan<byte> nested, ref QdiscRow row)
    {
        var statistics = new NetlinkAttributeReader(nested);
        while (statistics.TryRead(out var attribute, out var value))
        {
            // struct gnet_stats_basic { u64 bytes; u32 packets; }
            if (attribute == TCA_STATS_BASIC && value.Length >= 12)
            {
                row.Bytes = Clamped(MemoryMarshal.Read<ulong>(value));
                if (!row.HasPackets64)
                    row.Packets = MemoryMarshal.Read<uint>(value[8..]);
            }
            else if (attribute == TCA_STATS_PKT64 && value.Length >= 8)
            {
                (row.Packets, row.HasPackets64) = (Clamped(MemoryMarshal.Read<ulong>(value)), true);
            }
            else if (attribute == TCA_STATS_QUEUE && value.Length >= 20)
            {
                // struct gnet_stats_queue { u32 qlen, backlog, drops, requeues, overlimits; }
                row.QueuePackets = MemoryMarshal.Read<uint>(value);
                row.QueueBytes = MemoryMarshal.Read<uint>(value[4..]);
                row.Drops = MemoryMarshal.Read<uint>(value[8..]);
                row.Overlimits = MemoryMarshal.Read<uint>(value[16..]);
            }
        }
    }

    static long Clamped(ulong value) => (long)Math.Min(value, long.MaxValue);

    /// <summary>Each kind keeps its limit in a different place; the limit of kinds not listed here is unknown.</summary>
    static void ReadLimit(ReadOnlySpan<byte> options, ref QdiscRow row)
    {
        // struct tc_fifo_qopt { u32 limit; }
        if (row.Kind.SequenceEqual("pfifo"u8) && options.Length >= 4)
            row.LimitPackets = MemoryMarshal.Read<uint>(options);
        else if (row.Kind.SequenceEqual("bfifo"u8) && options.Length >= 4)
            row.LimitBytes = MemoryMarshal.Read<uint>(options);

        // TCA_TBF_PARMS: struct tc_tbf_qopt { tc_ratespec rate, peakrate (12 bytes each); u32 limit, buffer, mtu; }
        else if (row.Kind.SequenceEqual("tbf"u8))
            row.LimitBytes = Option(options, 1, 24);

        // TCA_FQ_CODEL_LIMIT, TCA_CODEL_LIMIT, TCA_FQ_PLIMIT: u32 packets
        else if (row.Kind.SequenceEqual("fq_codel"u8) || row.Kind.SequenceEqual("codel"u8))
            row.LimitPackets = Option(options, 2, 0);
        else if (row.Kind.SequenceEqual("fq"u8))
            row.LimitPackets = Option(options, 1, 0);
    }

    static long Option(ReadOnlySpan<byte> options, int wanted, int offset) =>
        NetlinkAttributeReader.Find(options, wanted) is var value && value.Length >= offset + 4
            ? MemoryMarshal.Read<uint>(value[offset..])
            : KernelValue.Absent;
}
