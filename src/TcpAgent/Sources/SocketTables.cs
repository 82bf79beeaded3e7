using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>A way to walk the socket table; there are two. Used by one thread at a time.</summary>
interface ISocketTable : IDisposable
{
    string Mode { get; }

    /// <summary>Where an error came from, for the operator.</summary>
    string Where { get; }

    /// <summary>Counts the sockets; all states when <paramref name="full"/>, or when this table knows no filter. Returns the errno.</summary>
    int Walk(SocketCensus census, bool full);

    void Reopen();
}

/// <summary>The kernel's own filter by state, streamed through one buffer.</summary>
sealed class DiagSocketTable(NetlinkDump dump) : ISocketTable
{
    readonly byte[] _rareRequest = SockDiag.Request(SockDiag.RareStates);
    readonly byte[] _fullRequest = SockDiag.Request(SockDiag.AllStates);

    public string Mode => "sock_diag";

    public string Where => "sock_diag";

    public int Walk(SocketCensus census, bool full)
    {
        // One retry: a dump that the kernel marked as interrupted may have missed or doubled sockets.
        var request = full ? _fullRequest : _rareRequest;
        var errno = WalkOnce(census, request, full);
        return errno == Libc.ENOBUFS || (errno == 0 && dump.Interrupted) ? WalkOnce(census, request, full) : errno;
    }

    int WalkOnce(SocketCensus census, byte[] request, bool full)
    {
        census.Clear(isComplete: full);
        dump.Begin(request);
        for (var number = 1; dump.TryRead(out var type, out var payload); number++)
        {
            if (SockDiag.TryRead(type, payload, out var row))
                census.Count(row);
            else
                census.Refuse(number);
        }
        return dump.Errno;
    }

    public void Reopen() => dump.Close();

    public void Dispose() => dump.Dispose();
}

/// <summary>
/// /proc/net/tcp and tcp6 (net/ipv4/tcp_ipv4.c, get_tcp4_sock and its two siblings): sl, local, remote, st, tx:rx, tr:when,
/// retrnsmt, uid, timeout, inode; mini-sockets and half-open ones print fewer fields after that. Twenty times the cost.
/// </summary>
sealed class ProcSocketTable(KernelRoot root) : ISocketTable
{
    /// <summary>Internal to the kernel since 4.4, but printed by some: a half-open connection.</summary>
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
        var isTcpMalformed = census.Malformed > 0;

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
        // What follows the inode, the reference count, says that the inode is whole.
        if (!line.TryReadField(out _) || !line.TryReadField(out var local) || !line.TryReadField(out _) || !line.TryReadHex(out var state)
            || !line.TryReadField(out var queues) || !line.TryReadField(out var timer) || !line.TryReadField(out _) || !line.TryReadField(out _)
            || !line.TryReadField(out _) || !line.TryReadInt64(out var inode) || !line.TryReadField(out _))
            return false;
        state = state == NewSynRecv ? (ulong)TcpState.SynRecv : state;
        if (state is < (ulong)TcpState.Established or > (ulong)TcpState.Closing || !Endpoint.TryParseHex(local, out var endpoint)
            || queues.IndexOf((byte)':') != 8 || !Cursor.TryParseHex(queues[9..], out var receiveQueue)
            || timer.IndexOf((byte)':') != 2 || !Cursor.TryParseHex(timer[..2], out var kind))
            return false;
        census.Count((TcpState)state, (byte)kind, inode, endpoint, (long)receiveQueue);
        return true;
    }

    public void Reopen()
    {
    }

    public void Dispose()
    {
    }
}
