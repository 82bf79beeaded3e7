using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>include/uapi/linux/unix_diag.h: AF_UNIX sockets, including those of other users' processes; needs no privilege.</summary>
static class UnixDiag
{
    const byte AF_UNIX = 1;
    const uint UDIAG_SHOW_NAME = 1 << 0;
    const uint UDIAG_SHOW_RQLEN = 1 << 4;
    const int RequestLength = 24;

    /// <summary>
    /// struct unix_diag_req { u8 family, protocol; u16 pad; u32 states, ino, show, cookie[2]; }. It selects listeners only: the kernel
    /// walks all sockets and skips the others.
    /// </summary>
    internal static byte[] Request()
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        request[0] = AF_UNIX;
        MemoryMarshal.Write(request[4..], SockDiag.ListenState);
        MemoryMarshal.Write(request[12..], UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN);
        return NetlinkMessage.DumpRequest(SockDiag.SOCK_DIAG_BY_FAMILY, request);
    }

    /// <summary>
    /// A request for the queue of one socket, which <see cref="SetSocket"/> fills in. The answer is one message, without a DONE.
    /// </summary>
    internal static byte[] SocketRequest()
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        request[0] = AF_UNIX;
        MemoryMarshal.Write(request[12..], UDIAG_SHOW_RQLEN);
        return NetlinkMessage.Request(SockDiag.SOCK_DIAG_BY_FAMILY, NetlinkMessage.NLM_F_REQUEST, request);
    }

    internal static void SetSocket(Span<byte> socketRequest, uint inode, ulong cookie)
    {
        MemoryMarshal.Write(socketRequest[(NetlinkMessage.HeaderLength + 8)..], inode);
        MemoryMarshal.Write(socketRequest[(NetlinkMessage.HeaderLength + 16)..], cookie);
    }

    internal static bool TryRead(ushort type, ReadOnlySpan<byte> payload, out UnixDiagRow row)
    {
        row = default;
        if (type != SockDiag.SOCK_DIAG_BY_FAMILY || payload.Length < UnixDiagRow.MessageLength || payload[0] != AF_UNIX
            || payload[2] != (byte)TcpState.Listen)
            return false;
        row = new UnixDiagRow(payload);
        return true;
    }
}
