using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>Walks netlink attributes (struct nlattr: u16 length with its header, u16 type).</summary>
ref struct NetlinkAttributeReader(ReadOnlySpan<byte> attributes)
{
    /// <summary>struct nlattr { u16 length, type; }.</summary>
    internal const int HeaderLength = 4;

    const ushort NLA_TYPE_MASK = 0x3fff;

    ReadOnlySpan<byte> _rest = attributes;

    /// <summary>The value of the first attribute of a type; empty without one.</summary>
    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int wanted)
    {
        var reader = new NetlinkAttributeReader(attributes);
        while (reader.TryRead(out var type, out var value))
            if (type == wanted)
                return value;
        return default;
    }

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
