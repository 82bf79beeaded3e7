using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// include/uapi/linux/genetlink.h: kernel interfaces that have no netlink protocol of their own. Each is a family, whose message type the
/// kernel chooses when it registers.
/// </summary>
static class GenericNetlink
{
    /// <summary>struct genlmsghdr { u8 cmd, version; u16 reserved; }, at the start of each payload.</summary>
    internal const int HeaderLength = 4;

    const ushort GENL_ID_CTRL = 0x10;
    const byte CTRL_CMD_GETFAMILY = 3;
    const byte CTRL_CMD_NEWFAMILY = 1;
    const ushort CTRL_ATTR_FAMILY_ID = 1;
    const ushort CTRL_ATTR_FAMILY_NAME = 2;

    /// <summary>Asks for a family's message type. The answer is one message, without a DONE; ENOENT where the kernel lacks it.</summary>
    /// <param name="family">Its name, with the zero at the end.</param>
    internal static byte[] FamilyRequest(ReadOnlySpan<byte> family) =>
        Request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, family);

    internal static bool TryReadFamily(ushort type, ReadOnlySpan<byte> payload, out ushort family)
    {
        family = 0;
        if (type != GENL_ID_CTRL || payload.Length < HeaderLength || payload[0] != CTRL_CMD_NEWFAMILY)
            return false;
        var id = NetlinkAttributeReader.Find(payload[HeaderLength..], CTRL_ATTR_FAMILY_ID);
        return id.Length >= sizeof(ushort) && MemoryMarshal.TryRead(id, out family);
    }

    /// <summary>A request, not for a dump, with one attribute.</summary>
    internal static byte[] Request(ushort type, byte command, ushort attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> payload = stackalloc byte[HeaderLength + NetlinkAttributeReader.HeaderLength + value.Length];
        payload.Clear();
        (payload[0], payload[1]) = (command, 1);
        MemoryMarshal.Write(payload[HeaderLength..], (ushort)(NetlinkAttributeReader.HeaderLength + value.Length));
        MemoryMarshal.Write(payload[(HeaderLength + 2)..], attribute);
        value.CopyTo(payload[(HeaderLength + NetlinkAttributeReader.HeaderLength)..]);
        return NetlinkMessage.Request(type, NetlinkMessage.NLM_F_REQUEST, payload);
    }
}
