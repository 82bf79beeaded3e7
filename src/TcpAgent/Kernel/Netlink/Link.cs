using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// rtnetlink's view of network devices (include/uapi/linux/if_link.h): names and settings from RTM_GETLINK, 64-bit counters from
/// RTM_GETSTATS, which costs a twelfth of that. Neither needs a privilege.
/// </summary>
static class Link
{
    const ushort RTM_NEWLINK = 16;
    const ushort RTM_GETLINK = 18;
    const ushort RTM_NEWSTATS = 92;
    const ushort RTM_GETSTATS = 94;

    const int IFLA_IFNAME = 3;
    const int IFLA_TXQLEN = 13;
    const int IFLA_LINKINFO = 18;
    const int IFLA_INFO_KIND = 1;
    const int IFLA_EXT_MASK = 29;
    const int IFLA_PROMISCUITY = 30;
    const int IFLA_LINK_NETNSID = 37;
    const int IFLA_XDP = 43;
    const int IFLA_XDP_ATTACHED = 2;
    const int IFLA_STATS_LINK_64 = 1;
    const uint RTEXT_FILTER_SKIP_STATS = 1 << 3;
    const int IfInfoLength = 16;
    const int IfStatsLength = 12;

    /// <summary>struct ifinfomsg, then IFLA_EXT_MASK so that the kernel leaves the counters out.</summary>
    internal static byte[] LinkRequest()
    {
        Span<byte> request = stackalloc byte[IfInfoLength + 8];
        request.Clear();
        MemoryMarshal.Write(request[IfInfoLength..], (ushort)8);
        MemoryMarshal.Write(request[(IfInfoLength + 2)..], (ushort)IFLA_EXT_MASK);
        MemoryMarshal.Write(request[(IfInfoLength + 4)..], RTEXT_FILTER_SKIP_STATS);
        return NetlinkMessage.DumpRequest(RTM_GETLINK, request);
    }

    /// <summary>struct if_stats_msg { u8 family, pad1; u16 pad2; u32 ifindex, filter_mask; }</summary>
    internal static byte[] StatsRequest()
    {
        Span<byte> request = stackalloc byte[IfStatsLength];
        request.Clear();
        MemoryMarshal.Write(request[8..], 1u << (IFLA_STATS_LINK_64 - 1));
        return NetlinkMessage.DumpRequest(RTM_GETSTATS, request);
    }

    /// <summary>
    /// Promiscuity is the kernel's count, which unlike IFF_PROMISC in ifinfomsg also shows a packet capture. Values that the kernel omits
    /// are <see cref="KernelValue.Absent"/>.
    /// </summary>
    internal static bool TryReadLink(
        ushort type, ReadOnlySpan<byte> payload, out int index, out ReadOnlySpan<byte> name, out long queueLength, out long promiscuity)
    {
        index = 0;
        name = default;
        queueLength = promiscuity = KernelValue.Absent;
        if (type != RTM_NEWLINK || payload.Length < IfInfoLength)
            return false;
        index = MemoryMarshal.Read<int>(payload[4..]);
        var attributes = new NetlinkAttributeReader(payload[IfInfoLength..]);
        while (attributes.TryRead(out var attribute, out var value))
        {
            if (attribute == IFLA_IFNAME)
                name = value.TrimEnd((byte)0);
            else if (attribute == IFLA_TXQLEN && value.Length >= 4)
                queueLength = MemoryMarshal.Read<uint>(value);
            else if (attribute == IFLA_PROMISCUITY && value.Length >= 4)
                promiscuity = MemoryMarshal.Read<uint>(value);
        }
        return !name.IsEmpty;
    }

    /// <summary>
    /// IFLA_XDP_ATTACHED, a u8: 0 no XDP program, 1 one in the driver, 2 a generic one, 3 one in the hardware, 4 several. For a link that
    /// <see cref="TryReadLink"/> accepted; <see cref="KernelValue.Absent"/> where the kernel does not report it.
    /// </summary>
    internal static long Xdp(ReadOnlySpan<byte> payload) =>
        NetlinkAttributeReader.Find(Find(payload, IFLA_XDP), IFLA_XDP_ATTACHED) is [var attached, ..] ? attached : KernelValue.Absent;

    /// <summary>
    /// Whether a link that <see cref="TryReadLink"/> accepted is a software device: those have IFLA_INFO_KIND, such as veth or bridge, and
    /// devices of a driver do not.
    /// </summary>
    internal static bool IsSoftware(ReadOnlySpan<byte> payload) => !Kind(payload).IsEmpty;

    /// <summary>
    /// Whether an RTM_NEWLINK message shows a veth device with its other end in another network namespace, as for a container: the kernel
    /// then gives the namespace a number (net/core/rtnetlink.c, rtnl_fill_link_netnsid).
    /// </summary>
    internal static bool IsVethToElsewhere(ReadOnlySpan<byte> payload) =>
        Kind(payload).TrimEnd((byte)0).SequenceEqual("veth"u8) && !Find(payload, IFLA_LINK_NETNSID).IsEmpty;

    static ReadOnlySpan<byte> Kind(ReadOnlySpan<byte> payload) => NetlinkAttributeReader.Find(Find(payload, IFLA_LINKINFO), IFLA_INFO_KIND);

    static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> payload, int attribute) =>
        NetlinkAttributeReader.Find(payload[Math.Min(IfInfoLength, payload.Length)..], attribute);

    /// <summary>The bytes of struct rtnl_link_stats64, which grew over time: read them with <see cref="Stat"/>.</summary>
    internal static bool TryReadStats(ushort type, ReadOnlySpan<byte> payload, out int index, out ReadOnlySpan<byte> stats)
    {
        index = 0;
        stats = default;
        if (type != RTM_NEWSTATS || payload.Length < IfStatsLength)
            return false;
        index = MemoryMarshal.Read<int>(payload[4..]);
        var attributes = new NetlinkAttributeReader(payload[IfStatsLength..]);
        while (attributes.TryRead(out var attribute, out var value))
            if (attribute == IFLA_STATS_LINK_64)
                stats = value;
        return !stats.IsEmpty;
    }

    /// <summary>
    /// One u64 of rtnl_link_stats64 by its place, <see cref="KernelValue.Absent"/> where this kernel's struct ends before it.
    /// </summary>
    internal static long Stat(ReadOnlySpan<byte> stats, LinkStat stat)
    {
        var offset = (int)stat * sizeof(ulong);
        return offset + sizeof(ulong) <= stats.Length
            ? (long)Math.Min(MemoryMarshal.Read<ulong>(stats[offset..]), long.MaxValue)
            : KernelValue.Absent;
    }
}
