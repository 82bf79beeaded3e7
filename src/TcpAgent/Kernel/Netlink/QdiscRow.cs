namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// One qdisc of rtnetlink's RTM_GETQDISC dump (include/uapi/linux/rtnetlink.h, gen_stats.h, pkt_sched.h). Values that the kernel omits are
/// <see cref="KernelValue.Absent"/>.
/// </summary>
ref struct QdiscRow
{
    const uint TC_H_ROOT = 0xFFFF_FFFF;
    const uint TC_H_INGRESS = 0xFFFF_FFF1;

    internal int Index;
    internal uint Handle;
    internal uint Parent;

    internal readonly bool IsRoot => Parent == TC_H_ROOT;

    /// <summary>True for "ingress" or "clsact": hooks for filters, in which no packets queue.</summary>
    internal readonly bool IsIngress => Parent == TC_H_INGRESS;

    /// <summary>TC_H_MAJ: the upper half of a handle identifies the qdisc, the lower half the class.</summary>
    internal readonly bool IsChildOf(uint handle) => Parent >> 16 == handle >> 16;

    internal ReadOnlySpan<byte> Kind;
    internal long Bytes;

    /// <summary>64 bits where the kernel has them, otherwise 32.</summary>
    internal long Packets;
    internal bool HasPackets64;
    internal long QueuePackets;
    internal long QueueBytes;

    /// <summary>This and the next are u32.</summary>
    internal long Drops;
    internal long Overlimits;
    internal long LimitPackets;
    internal long LimitBytes;
}
