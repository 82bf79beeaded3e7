using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Support;

/// <summary>Messages as the kernel lays them out.</summary>
static class NetlinkBytes
{
    internal const ushort RTM_NEWLINK = 16;
    internal const ushort RTM_NEWSTATS = 92;
    internal const ushort RTM_NEWQDISC = 36;
    internal const ushort NLM_F_MULTI = 2;

    /// <summary>Flag of a type: the value is attributes.</summary>
    const ushort NLA_F_NESTED = 0x8000;

    internal static byte[] Message(ushort type, uint sequence, ReadOnlySpan<byte> payload, ushort flags = NLM_F_MULTI)
    {
        var message = new byte[NetlinkMessage.HeaderLength + NetlinkMessage.Align(payload.Length)];
        MemoryMarshal.Write(message, (uint)(NetlinkMessage.HeaderLength + payload.Length));
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), flags);
        MemoryMarshal.Write(message.AsSpan(8), sequence);
        payload.CopyTo(message.AsSpan(NetlinkMessage.HeaderLength));
        return message;
    }

    internal static byte[] Done(uint sequence, ushort flags = NLM_F_MULTI) =>
        Message(NetlinkMessage.NLMSG_DONE, sequence, Int32(0), flags);

    internal static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        MemoryMarshal.Write(bytes, value);
        return bytes;
    }

    internal static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var attribute = new byte[NetlinkMessage.Align(4 + value.Length)];
        MemoryMarshal.Write(attribute, (ushort)(4 + value.Length));
        MemoryMarshal.Write(attribute.AsSpan(2), type);
        value.CopyTo(attribute.AsSpan(4));
        return attribute;
    }

    /// <summary>struct inet_diag_msg, 72 bytes; offsets counted by hand from include/uapi/linux/inet_diag.h.</summary>
    internal static byte[] Socket(TcpState state, byte timer = 0, byte family = 2)
    {
        var message = new byte[72];
        message[0] = family;
        message[1] = (byte)state;
        message[2] = timer;
        message[3] = 7;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), 443);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), 51000);
        MemoryMarshal.Write(message.AsSpan(52), 59_000u);
        MemoryMarshal.Write(message.AsSpan(56), 3u);
        MemoryMarshal.Write(message.AsSpan(60), 2u);
        MemoryMarshal.Write(message.AsSpan(64), 1000u);
        MemoryMarshal.Write(message.AsSpan(68), 4_000_000_000u);
        return message;
    }

    /// <summary>struct ifinfomsg and its attributes: IFLA_IFNAME 3, IFLA_TXQLEN 13, IFLA_PROMISCUITY 30.</summary>
    internal static byte[] NewLink(int index, string name, int queueLength = 1000, int promiscuity = 0)
    {
        var header = new byte[16];
        MemoryMarshal.Write(header.AsSpan(4), index);
        return
        [
            .. header,
            .. Attribute(3, Encoding.ASCII.GetBytes(name + '\0')),
            .. Attribute(13, Int32(queueLength)),
            .. Attribute(30, Int32(promiscuity)),
        ];
    }

    /// <summary>IFLA_LINKINFO (18) with IFLA_INFO_KIND (1), which a device with a driver does not have.</summary>
    internal static byte[] InfoKind(string? kind) => kind is null ? [] : Attribute(18, Attribute(1, Encoding.ASCII.GetBytes(kind + '\0')));

    /// <summary>struct if_stats_msg and IFLA_STATS_LINK_64 (1) with as many u64 as the kernel's struct has.</summary>
    internal static byte[] NewStats(int index, params ulong[] stats)
    {
        var header = new byte[12];
        MemoryMarshal.Write(header.AsSpan(4), index);
        return [.. header, .. Attribute(1, MemoryMarshal.AsBytes<ulong>(stats))];
    }

    /// <summary>All 25 u64 of the struct, each holding its place plus an offset.</summary>
    internal static ulong[] Counting(ulong offset = 0) => [.. Enumerable.Range(0, 25).Select(place => (ulong)place + offset)];

    /// <summary>
    /// struct tcmsg and its attributes: TCA_KIND 1, TCA_OPTIONS 2, TCA_STATS2 7 with TCA_STATS_BASIC 1, _QUEUE 3 and _PKT64 8. A parent
    /// of -1 is the root's.
    /// </summary>
    internal static byte[] Qdisc(
        int index, string kind, int handle = 0x10000, int parent = -1, long bytes = 0, long packets = 0, int qlen = 0, int backlog = 0,
        int drops = 0,
        int requeues = 0, int overlimits = 0, byte[]? options = null)
    {
        var header = new byte[20];
        MemoryMarshal.Write(header.AsSpan(4), index);
        MemoryMarshal.Write(header.AsSpan(8), handle);
        MemoryMarshal.Write(header.AsSpan(12), parent);
        byte[] basic = [.. BitConverter.GetBytes(bytes), .. Int32((int)packets), .. Int32(0)];
        byte[] queue = [.. Int32(qlen), .. Int32(backlog), .. Int32(drops), .. Int32(requeues), .. Int32(overlimits)];
        byte[] statistics = [.. Attribute(1, basic), .. Attribute(8, BitConverter.GetBytes(packets)), .. Attribute(3, queue)];
        return
        [
            .. header,
            .. Attribute(1, Encoding.ASCII.GetBytes(kind + '\0')),
            .. Attribute(2, options ?? []),
            .. Attribute(7, statistics),
        ];
    }

    /// <summary>
    /// An entry of the tracking table: struct nfgenmsg, CTA_TUPLE_ORIG (1), CTA_TUPLE_REPLY (2), CTA_STATUS (3) and with a state
    /// CTA_PROTOINFO (4). A tuple has CTA_TUPLE_IP (1) and CTA_TUPLE_PROTO (2). The reply comes from 192.0.2.99, as after NAT.
    /// </summary>
    internal static byte[] Tracked(
        string source, string destination, byte protocol = 17, ushort port = 53, uint status = 0, byte? state = null) =>
    [
        (byte)(source.Contains(':') ? 10 : 2), 0, 0, 0,
        .. Tuple(1, source, destination, protocol, 40000, port),
        .. Tuple(2, "192.0.2.99", source, protocol, port, 40000),
        .. Attribute(3, BigEndian(status)),
        .. state is { } known ? Attribute(4 | NLA_F_NESTED, Attribute(1 | NLA_F_NESTED, Attribute(1, [known]))) : [],
    ];

    static byte[] Tuple(ushort type, string source, string destination, byte protocol, ushort from, ushort port)
    {
        var (one, other) = (IPAddress.Parse(source).GetAddressBytes(), IPAddress.Parse(destination).GetAddressBytes());
        var first = (ushort)(one.Length == 4 ? 1 : 3);
        byte[] addresses = [.. Attribute(first, one), .. Attribute((ushort)(first + 1), other)];
        byte[] ports = port == 0 ? [] : [.. Attribute(2, BigEndian(from).AsSpan(2)), .. Attribute(3, BigEndian(port).AsSpan(2))];
        byte[] protocols = [.. Attribute(1, [protocol]), .. ports];
        return Attribute(
            (ushort)(type | NLA_F_NESTED), [.. Attribute(1 | NLA_F_NESTED, addresses), .. Attribute(2 | NLA_F_NESTED, protocols)]);
    }

    static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
