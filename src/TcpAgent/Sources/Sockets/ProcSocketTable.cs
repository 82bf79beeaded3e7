using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// /proc/net/tcp and tcp6 (net/ipv4/tcp_ipv4.c, get_tcp4_sock and its two siblings): sl, local, remote, st, tx:rx, tr:when, retrnsmt, uid,
/// timeout, inode; mini-sockets and half-open ones print fewer fields after that. It costs twenty times as much as sock_diag.
/// </summary>
sealed class ProcSocketTable(KernelRoot root) : ISocketTable
{
    /// <summary>A half-open connection: a state that is internal to the kernel since 4.4, but that some kernels print.</summary>
    const ulong NewSynRecv = 12;

    readonly ProcLines _tcp = new($"{root.ProcFs}/net/tcp");
    readonly ProcLines _tcp6 = new($"{root.ProcFs}/net/tcp6");

    public string Mode => "procfs";

    public string Where { get; private set; } = "";

    public int Walk(SocketCensus census, bool full)
    {
        census.Clear(isComplete: true);
        var errno = Walk(census, _tcp);
        if (errno != 0)
            return errno;
        var isTcpMalformed = census.Malformed.Dropped > 0;

        // Without IPv6 there is no tcp6.
        errno = Walk(census, _tcp6);
        errno = errno == Libc.ENOENT ? 0 : errno;
        if (errno == 0 && isTcpMalformed)
            Where = _tcp.Path;
        return errno;
    }

    int Walk(SocketCensus census, ProcLines lines)
    {
        Where = lines.Path;
        var errno = lines.Begin();
        if (errno != 0)
            return errno;
        var number = 1;
        for (; lines.TryRead(out var line, out errno); number++)
        {
            // The first line names the columns.
            if (number > 1 && !TryCount(census, line))
                census.Refuse(number);
        }
        if (lines.IsTorn)
            census.Refuse(number);
        return errno;
    }

    internal static bool TryCount(SocketCensus census, Cursor line)
    {
        // The reference count after the inode proves that the inode is complete.
        if (!SocketLine.TryParse(ref line, out var socket, out var timer) || !line.TryReadField(out _) || !line.TryReadField(out _)
            || !line.TryReadField(out _) || !line.TryReadInt64(out var inode) || !line.TryReadField(out _))
            return false;
        var state = socket.State == NewSynRecv ? (ulong)TcpState.SynRecv : socket.State;
        if (state is < (ulong)TcpState.Established or > (ulong)TcpState.Closing
            || timer.IndexOf((byte)':') != 2 || !Cursor.TryParseHex(timer[..2], out var kind))
            return false;
        census.Count((TcpState)state, (byte)kind, inode, socket.Local, (long)socket.ReceiveQueue);
        return true;
    }

    public void Reopen()
    {
    }

    public void Dispose()
    {
    }
}
