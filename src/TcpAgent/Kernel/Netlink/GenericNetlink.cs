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

    /// <summary>The answer is one message, without a DONE; ENOENT where the kernel lacks the family.</summary>
    static byte[] FamilyRequest(ReadOnlySpan<byte> family) =>
        Request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, family);

    static bool TryReadFamily(ushort type, ReadOnlySpan<byte> payload, out ushort family)
    {
        family = 0;
        if (type != GENL_ID_CTRL || payload.Length < HeaderLength || payload[0] != CTRL_CMD_NEWFAMILY)
            return false;
        var id = NetlinkAttributeReader.Find(payload[HeaderLength..], CTRL_ATTR_FAMILY_ID);
        return id.Length >= sizeof(ushort) && MemoryMarshal.TryRead(id, out family);
    }

    /// <summary>Asks for a family's message type. False where the kernel lacks it, or does not answer.</summary>
    /// <param name="dump">A socket of generic netlink that stays open.</param>
    /// <param name="name">The family's name, with the zero at the end.</param>
    /// <param name="family">The type of its messages.</param>
    internal static bool TryFind(NetlinkDump dump, ReadOnlySpan<byte> name, out ushort family)
    {
        dump.Begin(FamilyRequest(name));
        family = 0;
        return dump.TryRead(out var type, out var payload) && TryReadFamily(type, payload, out family);
    }

    /// <summary>
    /// Reads unsigned numbers of 32 or 64 bits by their attributes. Those that the message lacks become <see cref="KernelValue.Absent"/>.
    /// False for a message of another command.
    /// </summary>
    /// <param name="payload">The message.</param>
    /// <param name="command">The command of the answer.</param>
    /// <param name="attributes">Their types.</param>
    /// <param name="values">As many values, in the same order.</param>
    internal static bool TryReadNumbers(ReadOnlySpan<byte> payload, byte command, ReadOnlySpan<byte> attributes, Span<long> values)
    {
        values.Fill(KernelValue.Absent);
        if (payload.Length < HeaderLength || payload[0] != command)
            return false;
        var reader = new NetlinkAttributeReader(payload[HeaderLength..]);
        while (reader.TryRead(out var type, out var value))
            if (type <= byte.MaxValue && attributes.IndexOf((byte)type) is >= 0 and var place)
                values[place] = value.Length switch
                {
                    sizeof(uint) => MemoryMarshal.Read<uint>(value),
                    sizeof(ulong) => (long)Math.Min(MemoryMarshal.Read<ulong>(value), long.MaxValue),
                    _ => KernelValue.Absent,
                };
        return true;
    }

    /// <summary>A request with one attribute.</summary>
    internal static byte[] Request(
        ushort type, byte command, ushort attribute, ReadOnlySpan<byte> value, ushort flags = NetlinkMessage.NLM_F_REQUEST)
    {
        Span<byte> payload = stackalloc byte[HeaderLength + NetlinkAttributeReader.HeaderLength + value.Length];
        payload.Clear();
        (payload[0], payload[1]) = (command, 1);
        MemoryMarshal.Write(payload[HeaderLength..], (ushort)(NetlinkAttributeReader.HeaderLength + value.Length));
        MemoryMarshal.Write(payload[(HeaderLength + 2)..], attribute);
        value.CopyTo(payload[(HeaderLength + NetlinkAttributeReader.HeaderLength)..]);
        return NetlinkMessage.Request(type, flags, payload);
    }
}
