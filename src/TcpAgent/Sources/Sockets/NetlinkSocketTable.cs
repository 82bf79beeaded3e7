using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>Walks the table through sock_diag, with the kernel's own filter by state and one buffer.</summary>
sealed class NetlinkSocketTable(NetlinkDump dump) : ISocketTable
{
    readonly byte[] _rareRequest = SockDiag.Request(SockDiag.RareStates);
    readonly byte[] _fullRequest = SockDiag.Request(SockDiag.AllStates);

    public string Mode => "sock_diag";

    public string Where => "sock_diag";

    public int Walk(SocketCensus census, bool full)
    {
        // One retry: a dump that the kernel marked as interrupted may have missed or duplicated sockets.
        var request = full ? _fullRequest : _rareRequest;
        var errno = WalkOnce(census, request, full);
        return dump.IsWorthRetrying ? WalkOnce(census, request, full) : errno;
    }

    int WalkOnce(SocketCensus census, byte[] request, bool full)
    {
        census.Clear(isComplete: full);
        dump.Begin(request);
        while (dump.TryRead(out var type, out var payload))
        {
            if (SockDiag.TryRead(type, payload, out var row))
                census.Count(row);
            else
                dump.Refuse();
        }
        census.Malformed = dump.Malformed;
        return dump.Errno;
    }

    public void Reopen() => dump.Close();

    public void Dispose() => dump.Dispose();
}
