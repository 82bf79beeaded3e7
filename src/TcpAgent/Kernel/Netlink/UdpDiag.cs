using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>UDP sockets of one address family (net/ipv4/udp_diag.c). The kernel has no request for both at once.</summary>
static class UdpDiag
{
    internal const byte AF_INET = 2;
    internal const byte AF_INET6 = 10;

    const byte IPPROTO_UDP = 17;
    const int RequestLength = 56;

    /// <summary>A UDP socket is in ESTABLISHED once it has a peer, and in CLOSE before.</summary>
    const uint States = (1u << (int)TcpState.Established) | (1u << (int)TcpState.Close);

    /// <summary>struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states; struct inet_diag_sockid id; }</summary>
    internal static byte[] Request(byte family)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        (request[0], request[1], request[2]) = (family, IPPROTO_UDP, SockDiag.WithMemory);
        MemoryMarshal.Write(request[4..], States);
        return NetlinkMessage.DumpRequest(SockDiag.SOCK_DIAG_BY_FAMILY, request);
    }

    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out InetDiagRow row)
    {
        var valid = type == SockDiag.SOCK_DIAG_BY_FAMILY && payload.Length >= InetDiagRow.MessageLength && payload[0] is AF_INET or AF_INET6
            && payload[1] is (byte)TcpState.Established or (byte)TcpState.Close;
        row = valid ? new InetDiagRow(payload) : default;
        return valid;
    }
}
