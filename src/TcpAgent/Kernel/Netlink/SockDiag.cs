using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>include/uapi/linux/inet_diag.h. Pure; works on recorded bytes as well as on live ones.</summary>
static class SockDiag
{
    /// <summary>
    /// The old request type. Unlike SOCK_DIAG_BY_FAMILY it walks the hash once for both families, which halves the cost.
    /// </summary>
    internal const ushort TCPDIAG_GETSOCK = 18;

    internal const ushort SOCK_DIAG_BY_FAMILY = 20;

    /// <summary>States 1 to 11. Never bit 13: it would walk the bind hash too.</summary>
    internal const uint AllStates = 0xffe;

    /// <summary>All states except ESTABLISHED and TIME_WAIT, the two with many sockets, which counters show.</summary>
    internal const uint RareStates = AllStates & ~(1u << (int)TcpState.Established) & ~(1u << (int)TcpState.TimeWait);

    internal const uint ListenState = 1u << (int)TcpState.Listen;

    /// <summary>States in which a connection waits to be accepted.</summary>
    internal const uint WaitingStates = (1u << (int)TcpState.Established) | (1u << (int)TcpState.CloseWait);

    /// <summary>
    /// Listeners, and all states in which a connection holds its local port. Listeners come before everything else in a dump
    /// (net/ipv4/inet_diag.c, inet_diag_dump_icsk).
    /// </summary>
    internal const uint PortStates = AllStates & ~(1u << (int)TcpState.SynRecv) & ~(1u << (int)TcpState.Close);

    /// <summary>Bits of idiag_ext: 1 &lt;&lt; (attribute - 1).</summary>
    internal const byte WithInfo = 1 << 1;

    internal const byte WithMemory = 1 << 6;

    const int RequestLength = 60;
    const ushort INET_DIAG_REQ_BYTECODE = 1;
    const byte INET_DIAG_BC_S_GE = 2;
    const byte INET_DIAG_BC_S_LE = 3;

    /// <summary>Where the instructions of a filter begin in a request.</summary>
    internal const int CodeOffset = NetlinkMessage.HeaderLength + RequestLength + 4;

    /// <summary>struct inet_diag_req { u8 family, src_len, dst_len, ext; struct inet_diag_sockid id; u32 states, dbs; }</summary>
    internal static byte[] Request(uint states, byte extensions = 0)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        Fill(request, states, extensions);
        return NetlinkMessage.DumpRequest(TCPDIAG_GETSOCK, request);
    }

    /// <summary>The same request for some local ports, which <see cref="SetPorts"/> fills in.</summary>
    internal static byte[] PortRequest(uint states, byte extensions)
    {
        // struct inet_diag_bc_op { u8 code, yes; u16 no; }, each followed by a second one with the port in "no". "yes" and "no" are jumps
        // in bytes: to the end accepts, four bytes beyond it rejects.
        var request = FilteredRequest(states, extensions, 16);
        var code = request.AsSpan(CodeOffset);
        (code[0], code[1]) = (INET_DIAG_BC_S_GE, 8);
        MemoryMarshal.Write(code[2..], (ushort)(16 + 4));
        (code[8], code[9]) = (INET_DIAG_BC_S_LE, 8);
        MemoryMarshal.Write(code[10..], (ushort)(8 + 4));
        return request;
    }

    /// <summary>The same request with room for a filter, whose instructions begin at <see cref="CodeOffset"/>.</summary>
    internal static byte[] FilteredRequest(uint states, byte extensions, int codeLength)
    {
        var request = new byte[RequestLength + 4 + codeLength];
        Fill(request, states, extensions);
        MemoryMarshal.Write(request.AsSpan(RequestLength), (ushort)(4 + codeLength));
        MemoryMarshal.Write(request.AsSpan(RequestLength + 2), INET_DIAG_REQ_BYTECODE);
        return NetlinkMessage.DumpRequest(TCPDIAG_GETSOCK, request);
    }

    internal static void SetPorts(Span<byte> portRequest, ushort first, ushort last)
    {
        MemoryMarshal.Write(portRequest[(CodeOffset + 6)..], first);
        MemoryMarshal.Write(portRequest[(CodeOffset + 14)..], last);
    }

    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out InetDiagRow row)
    {
        var valid = type == TCPDIAG_GETSOCK && payload.Length >= InetDiagRow.MessageLength
            && payload[1] is >= (byte)TcpState.Established and <= (byte)TcpState.Closing;
        row = valid ? new InetDiagRow(payload) : default;
        return valid;
    }

    static void Fill(Span<byte> request, uint states, byte extensions)
    {
        request.Clear();
        request[3] = extensions;
        MemoryMarshal.Write(request[52..], states);
    }
}
