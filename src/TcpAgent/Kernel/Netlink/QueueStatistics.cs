using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// include/uapi/linux/netdev.h: what the queues of a network card lost, under the same names for all drivers that report it, since 6.9. To
/// read it needs no privilege.
/// </summary>
static class QueueStatistics
{
    /// <summary>NETDEV_CMD_QSTATS_GET, in the request and in the answer.</summary>
    internal const byte Command = 12;

    const ushort NETDEV_A_QSTATS_IFINDEX = 1;

    const int IndexAt = NetlinkMessage.HeaderLength + GenericNetlink.HeaderLength + NetlinkAttributeReader.HeaderLength;

    /// <summary>The name of the family, with the zero at its end.</summary>
    internal static ReadOnlySpan<byte> Family => "netdev\0"u8;

    /// <summary>NETDEV_A_QSTATS_RX_ALLOC_FAIL, _RX_HW_DROPS, _RX_HW_DROP_OVERRUNS, _TX_HW_DROPS and _TX_STOP.</summary>
    internal static ReadOnlySpan<byte> Losses => [12, 13, 14, 24, 33];

    /// <summary>
    /// Asks for the sum over the queues of the device that <see cref="SetDevice"/> fills in. The kernel offers a dump only, of one message
    /// then, or EOPNOTSUPP.
    /// </summary>
    internal static byte[] Request(ushort family) => GenericNetlink.Request(
        family, Command, NETDEV_A_QSTATS_IFINDEX, stackalloc byte[sizeof(int)], NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);

    internal static void SetDevice(Span<byte> request, int index) => MemoryMarshal.Write(request[IndexAt..], index);
}
