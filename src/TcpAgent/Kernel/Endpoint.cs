using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace TcpAgent.Kernel;

/// <summary>An address and port. An IPv4 address is held as IPv4-mapped IPv6 (RFC 4291 2.5.5.2), so one key serves both.</summary>
/// <param name="High">The first 64 bits of the address.</param>
/// <param name="Low">The last 64 bits.</param>
/// <param name="Port">The port in host order.</param>
/// <param name="Device">
/// For a listener and its connections, the index of the device or VRF that it is bound to, or 0. Several may listen on one address and
/// port, each bound to its own device.
/// </param>
readonly record struct Endpoint(ulong High, ulong Low, ushort Port, int Device = 0)
{
    const ulong Mapped = 0xffff_0000_0000;

    internal bool IsIPv4 => High == 0 && Low >> 32 == 0xffff;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    internal bool IsLoopback => IsIPv4 ? (byte)(Low >> 24) == 127 : High == 0 && Low == 1;

    /// <summary>10.0.0.1:443 or [::]:443, without the device.</summary>
    public override string ToString() => ToString("");

    /// <summary>Formats the endpoint as ss(8) does: 10.0.0.1%eth0:443 or [fe80::1]%eth0:443.</summary>
    internal string ToString(string device)
    {
        var address = IsIPv4 ? $"{Address}" : $"[{Address}]";
        return device.Length == 0 ? $"{address}:{Port}" : $"{address}%{device}:{Port}";
    }

    internal Endpoint AnyIPv4 => new(0, Mapped, Port, Device);

    internal Endpoint AnyIPv6 => new(0, 0, Port, Device);

    internal Endpoint OnAnyDevice => this with { Device = 0 };

    /// <param name="address">4 or 16 bytes in network order.</param>
    /// <param name="port">The port in host order.</param>
    internal static Endpoint From(ReadOnlySpan<byte> address, ushort port) => address.Length == 4
        ? new Endpoint(0, Mapped | BinaryPrimitives.ReadUInt32BigEndian(address), port)
        : new Endpoint(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port);

    /// <summary>
    /// Parses "0100007F:1F90" of /proc/net/tcp or the 32 digits of tcp6. The kernel prints each word as the host reads it from memory
    /// (net/ipv4/tcp_ipv4.c, get_tcp4_sock).
    /// </summary>
    internal static bool TryParseHex(ReadOnlySpan<byte> text, out Endpoint endpoint)
    {
        endpoint = default;
        var colon = text.IndexOf((byte)':');
        if (colon is not (8 or 32) || text.Length != colon + 5 || !Cursor.TryParseHex(text[(colon + 1)..], out var port))
            return false;
        Span<byte> address = stackalloc byte[16];
        for (var word = 0; word < colon / 8; word++)
        {
            if (!Cursor.TryParseHex(text.Slice(word * 8, 8), out var value))
                return false;
            var bits = (uint)value;
            MemoryMarshal.Write(address[(word * 4)..], bits);
        }
        endpoint = From(address[..(colon / 2)], (ushort)port);
        return true;
    }

    internal IPAddress Address
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
            return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
        }
    }
}
