using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>Walks the messages of one datagram. It checks every length from the kernel before use.</summary>
ref struct NetlinkMessageReader(ReadOnlySpan<byte> datagram)
{
    ReadOnlySpan<byte> _rest = datagram;

    /// <summary>True if there were bytes left that are not a message.</summary>
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
