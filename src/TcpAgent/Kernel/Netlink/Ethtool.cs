using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// include/uapi/linux/ethtool_netlink.h: settings of a network card, since 5.7. To read them needs no privilege. A driver without rings or
/// channels answers EOPNOTSUPP, and the kernel omits what a driver has none of.
/// </summary>
static class Ethtool
{
    const byte ETHTOOL_MSG_RINGS_GET = 15;
    const byte ETHTOOL_MSG_CHANNELS_GET = 17;

    /// <summary>ETHTOOL_MSG_RINGS_GET_REPLY.</summary>
    internal const byte RingsReply = 16;

    /// <summary>ETHTOOL_MSG_CHANNELS_GET_REPLY.</summary>
    internal const byte ChannelsReply = 18;

    /// <summary>ETHTOOL_A_RINGS_HEADER and ETHTOOL_A_CHANNELS_HEADER; the kernel insists on NLA_F_NESTED.</summary>
    const ushort Header = 1 | 0x8000;

    /// <summary>ETHTOOL_A_HEADER_DEV_INDEX, a u32.</summary>
    const ushort HeaderIndex = 1;

    const int IndexAt = NetlinkMessage.HeaderLength + GenericNetlink.HeaderLength + (2 * NetlinkAttributeReader.HeaderLength);

    /// <summary>The name of the family, with the zero at its end.</summary>
    internal static ReadOnlySpan<byte> Family => "ethtool\0"u8;

    /// <summary>ETHTOOL_A_RINGS_RX_MAX, _TX_MAX, _RX and _TX: descriptors of one ring.</summary>
    internal static ReadOnlySpan<byte> Rings => [2, 5, 6, 9];

    /// <summary>
    /// ETHTOOL_A_CHANNELS_RX_MAX, _TX_MAX, _COMBINED_MAX, _RX_COUNT, _TX_COUNT and _COMBINED_COUNT. A combined channel is a queue each way.
    /// </summary>
    internal static ReadOnlySpan<byte> Channels => [2, 3, 5, 6, 7, 9];

    /// <summary>Asks for the rings of the device that <see cref="SetDevice"/> fills in. One message answers, without a DONE.</summary>
    internal static byte[] RingsRequest(ushort family) => Request(family, ETHTOOL_MSG_RINGS_GET);

    /// <summary>Asks for the channels; otherwise as <see cref="RingsRequest"/>.</summary>
    internal static byte[] ChannelsRequest(ushort family) => Request(family, ETHTOOL_MSG_CHANNELS_GET);

    static byte[] Request(ushort family, byte command)
    {
        Span<byte> header = stackalloc byte[NetlinkAttributeReader.HeaderLength + sizeof(int)];
        header.Clear();
        MemoryMarshal.Write(header, (ushort)header.Length);
        MemoryMarshal.Write(header[2..], HeaderIndex);
        return GenericNetlink.Request(family, command, Header, header);
    }

    internal static void SetDevice(Span<byte> request, int index) => MemoryMarshal.Write(request[IndexAt..], index);
}
