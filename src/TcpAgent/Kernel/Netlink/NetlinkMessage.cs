using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>include/uapi/linux/netlink.h. Netlink speaks the byte order of the host.</summary>
static class NetlinkMessage
{
    internal const int HeaderLength = 16;

    internal const ushort NLMSG_NOOP = 1;
    internal const ushort NLMSG_ERROR = 2;
    internal const ushort NLMSG_DONE = 3;
    internal const ushort NLMSG_OVERRUN = 4;

    internal const ushort NLM_F_REQUEST = 0x01;
    internal const ushort NLM_F_DUMP_INTR = 0x10;
    internal const ushort NLM_F_DUMP = 0x300;

    // #define NLMSG_ALIGN(len) (((len) + NLMSG_ALIGNTO - 1) & ~(NLMSG_ALIGNTO - 1)), NLMSG_ALIGNTO 4
    internal static int Align(int length) => (length + 3) & ~3;

    /// <summary>struct nlmsghdr for a dump request; the sequence number is put in when it is sent.</summary>
    internal static byte[] DumpRequest(ushort type, ReadOnlySpan<byte> payload)
    {
        var message = new byte[HeaderLength + Align(payload.Length)];
        MemoryMarshal.Write(message, (uint)(HeaderLength + payload.Length));
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(NLM_F_REQUEST | NLM_F_DUMP));
        payload.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    internal static void SetSequence(Span<byte> message, uint sequence) => MemoryMarshal.Write(message[8..], sequence);
}

/// <summary>Walks the messages of one datagram. Every length from the kernel is checked before it is used.</summary>
ref struct NetlinkMessageReader(ReadOnlySpan<byte> datagram)
{
    ReadOnlySpan<byte> _rest = datagram;

    /// <summary>Bytes were left that are no message.</summary>
    internal bool Malformed { get; private set; }

    internal bool TryRead(out ushort type, out ushort flags, out uint sequence, out ReadOnlySpan<byte> payload)
    {
        type = 0;
        flags = 0;
        sequence = 0;
        payload = default;
        if (_rest.Length < NetlinkMessage.HeaderLength)
        {
            Malformed |= !_rest.IsEmpty;
            return false;
        }
        var length = MemoryMarshal.Read<uint>(_rest);
        if (length < NetlinkMessage.HeaderLength || length > (uint)_rest.Length)
        {
            Malformed = true;
            return false;
        }
        type = MemoryMarshal.Read<ushort>(_rest[4..]);
        flags = MemoryMarshal.Read<ushort>(_rest[6..]);
        sequence = MemoryMarshal.Read<uint>(_rest[8..]);
        payload = _rest[NetlinkMessage.HeaderLength..(int)length];
        _rest = _rest[Math.Min(NetlinkMessage.Align((int)length), _rest.Length)..];
        return true;
    }
}

/// <summary>Walks netlink attributes (struct nlattr: u16 length with its header, u16 type).</summary>
ref struct NetlinkAttributeReader(ReadOnlySpan<byte> attributes)
{
    const int HeaderLength = 4;
    const ushort NLA_TYPE_MASK = 0x3fff;

    ReadOnlySpan<byte> _rest = attributes;

    internal bool TryRead(out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < HeaderLength)
            return false;
        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderLength || length > _rest.Length)
            return false;
        type = MemoryMarshal.Read<ushort>(_rest[2..]) & NLA_TYPE_MASK;
        value = _rest[HeaderLength..length];
        _rest = _rest[Math.Min(NetlinkMessage.Align(length), _rest.Length)..];
        return true;
    }
}
