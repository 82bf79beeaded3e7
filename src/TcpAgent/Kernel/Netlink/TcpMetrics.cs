using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// include/uapi/linux/tcp_metrics.h: what the kernel remembers of closed connections by peer address, unless tcp_no_metrics_save is set. To
/// read it needs no privilege.
/// </summary>
static class TcpMetrics
{
    const byte TCP_METRICS_CMD_GET = 1;
    const ushort TCP_METRICS_ATTR_ADDR_IPV4 = 1;
    const ushort TCP_METRICS_ATTR_ADDR_IPV6 = 2;
    const int TCP_METRICS_ATTR_VALS = 6;

    /// <summary>TCP_METRIC_RTT_US; the type of a value's attribute is one more (net/ipv4/tcp_metrics.c, tcp_metrics_fill_info).</summary>
    const int RoundTripAttribute = 5 + 1;

    const int AddressAt = NetlinkMessage.HeaderLength + GenericNetlink.HeaderLength + NetlinkAttributeReader.HeaderLength;

    /// <summary>The name of the family, with the zero at its end.</summary>
    internal static ReadOnlySpan<byte> Family => "tcp_metrics\0"u8;

    /// <summary>
    /// A request for one address, which <see cref="SetAddress"/> fills in. The answer is one message, without a DONE; ESRCH if the kernel
    /// remembers nothing.
    /// </summary>
    /// <param name="family">The type of the family's messages.</param>
    /// <param name="isIPv4">Whether it is for IPv4 addresses.</param>
    internal static byte[] Request(ushort family, bool isIPv4) => GenericNetlink.Request(
        family, TCP_METRICS_CMD_GET, isIPv4 ? TCP_METRICS_ATTR_ADDR_IPV4 : TCP_METRICS_ATTR_ADDR_IPV6, stackalloc byte[isIPv4 ? 4 : 16]);

    internal static void SetAddress(Span<byte> request, in Endpoint of)
    {
        var address = request[AddressAt..];
        if (of.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address, (uint)of.Low);
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(address, of.High);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], of.Low);
    }

    /// <summary>The smoothed round trip in microseconds. False without one.</summary>
    internal static bool TryReadRoundTrip(ReadOnlySpan<byte> payload, out long roundTrip)
    {
        roundTrip = 0;
        if (payload.Length < GenericNetlink.HeaderLength)
            return false;
        var values = NetlinkAttributeReader.Find(payload[GenericNetlink.HeaderLength..], TCP_METRICS_ATTR_VALS);
        if (!MemoryMarshal.TryRead<uint>(NetlinkAttributeReader.Find(values, RoundTripAttribute), out var eighths))
            return false;

        // The kernel keeps srtt_us, which is in eighths.
        roundTrip = eighths >> 3;
        return roundTrip > 0;
    }
}
