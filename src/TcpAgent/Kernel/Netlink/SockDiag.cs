using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>Socket states as the kernel numbers them (include/net/tcp_states.h).</summary>
enum TcpState : byte
{
    Established = 1,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}

/// <summary>What the agent reads of struct inet_diag_msg.</summary>
readonly record struct InetDiagRow(
    byte Family, TcpState State, byte Timer, byte Retransmits, ushort SourcePort, ushort DestinationPort, uint Expires, uint ReceiveQueue,
    uint SendQueue, uint Inode)
{
    /// <summary>idiag_timer of a TIME_WAIT mini-socket, which a FIN_WAIT2 one is too (inet_twsk_diag_fill).</summary>
    internal const byte TimeWaitTimer = 3;
}

/// <summary>include/uapi/linux/inet_diag.h. Pure; works on recorded bytes as well as on live ones.</summary>
static class SockDiag
{
    /// <summary>
    /// The old request type. Unlike SOCK_DIAG_BY_FAMILY it walks the hash once for both families, which halves the cost.
    /// </summary>
    internal const ushort TCPDIAG_GETSOCK = 18;

    /// <summary>States 1 to 11. Never bit 13: it would walk the bind hash too.</summary>
    internal const uint AllStates = 0xffe;

    /// <summary>All but ESTABLISHED and TIME_WAIT, the two that are many and can be had from counters.</summary>
    internal const uint RareStates = AllStates & ~(1u << (int)TcpState.Established) & ~(1u << (int)TcpState.TimeWait);

    const int RequestLength = 60;
    const int MessageLength = 72;

    /// <summary>struct inet_diag_req { u8 family, src_len, dst_len, ext; struct inet_diag_sockid id; u32 states, dbs; }</summary>
    internal static byte[] Request(uint states, byte extensions = 0)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        request[3] = extensions;
        MemoryMarshal.Write(request[52..], states);
        return NetlinkMessage.DumpRequest(TCPDIAG_GETSOCK, request);
    }

    /// <summary>
    /// struct inet_diag_msg { u8 family, state, timer, retrans; struct inet_diag_sockid { be16 sport, dport; be32 src[4], dst[4];
    /// u32 if, cookie[2]; } id; u32 expires, rqueue, wqueue, uid, inode; }
    /// </summary>
    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out InetDiagRow row)
    {
        if (type != TCPDIAG_GETSOCK || payload.Length < MessageLength || payload[1] is < (byte)TcpState.Established or > (byte)TcpState.Closing)
        {
            row = default;
            return false;
        }
        row = new InetDiagRow(
            payload[0], (TcpState)payload[1], payload[2], payload[3],
            BinaryPrimitives.ReadUInt16BigEndian(payload[4..]), BinaryPrimitives.ReadUInt16BigEndian(payload[6..]),
            MemoryMarshal.Read<uint>(payload[52..]), MemoryMarshal.Read<uint>(payload[56..]), MemoryMarshal.Read<uint>(payload[60..]),
            MemoryMarshal.Read<uint>(payload[68..]));
        return true;
    }
}
