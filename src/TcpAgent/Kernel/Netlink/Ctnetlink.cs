using System.Buffers.Binary;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// Lists the connection tracking table (net/netfilter/nf_conntrack_netlink.c). The kernel answers only with CAP_NET_ADMIN in the user
/// namespace that owns the network namespace.
/// </summary>
static class Ctnetlink
{
    /// <summary>NFNL_SUBSYS_CTNETLINK in the upper byte; IPCTNL_MSG_CT_NEW, which is also the answer of a dump, in the lower.</summary>
    internal const ushort NewEntry = 1 << 8;

    const ushort GetEntry = NewEntry | 1;

    /// <summary>struct nfgenmsg { u8 nfgen_family, version; be16 res_id; }</summary>
    const int HeaderLength = 4;

    const int CTA_TUPLE_ORIG = 1;
    const int CTA_STATUS = 3;
    const int CTA_PROTOINFO = 4;
    const int CTA_TUPLE_IP = 1;
    const int CTA_TUPLE_PROTO = 2;
    const int CTA_IP_V4_SRC = 1;
    const int CTA_IP_V4_DST = 2;
    const int CTA_IP_V6_SRC = 3;
    const int CTA_IP_V6_DST = 4;
    const int CTA_PROTO_NUM = 1;
    const int CTA_PROTO_DST_PORT = 3;
    const int CTA_PROTOINFO_TCP = 1;
    const int CTA_PROTOINFO_TCP_STATE = 1;

    /// <summary>All entries of this network namespace, of every family and zone.</summary>
    internal static byte[] Request() => NetlinkMessage.DumpRequest(GetEntry, new byte[HeaderLength]);

    /// <summary>False for a message without a status, or without the addresses and the protocol of the first packet.</summary>
    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out ConntrackRow row)
    {
        row = default;
        if (type != NewEntry || payload.Length < HeaderLength)
            return false;
        ReadOnlySpan<byte> tuple = default, status = default, state = default;
        var attributes = new NetlinkAttributeReader(payload[HeaderLength..]);
        while (attributes.TryRead(out var attribute, out var value))
        {
            if (attribute == CTA_TUPLE_ORIG)
                tuple = value;
            else if (attribute == CTA_STATUS)
                status = value;
            else if (attribute == CTA_PROTOINFO)
                state = Find(Find(value, CTA_PROTOINFO_TCP), CTA_PROTOINFO_TCP_STATE);
        }
        var addresses = Find(tuple, CTA_TUPLE_IP);
        var source = Either(Find(addresses, CTA_IP_V4_SRC), Find(addresses, CTA_IP_V6_SRC));
        var destination = Either(Find(addresses, CTA_IP_V4_DST), Find(addresses, CTA_IP_V6_DST));
        var protocol = Find(tuple, CTA_TUPLE_PROTO);
        var number = Find(protocol, CTA_PROTO_NUM);
        var port = Find(protocol, CTA_PROTO_DST_PORT);
        if (status.Length < sizeof(uint) || number.IsEmpty || source.Length is not (4 or 16) || destination.Length != source.Length)
            return false;
        row = new ConntrackRow
        {
            Protocol = number[0],
            Source = Endpoint.From(source, 0),
            Destination = Endpoint.From(destination, port.Length < sizeof(ushort) ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(port)),
            Status = BinaryPrimitives.ReadUInt32BigEndian(status),
            TcpState = state.IsEmpty ? ConntrackRow.NoState : state[0],
        };
        return true;
    }

    static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int wanted) => NetlinkAttributeReader.Find(attributes, wanted);

    static ReadOnlySpan<byte> Either(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.IsEmpty ? other : one;
}
