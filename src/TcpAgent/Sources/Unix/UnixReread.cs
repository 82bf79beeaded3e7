using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>Reads the queue of one AF_UNIX listener again, to distinguish a standing queue from one that is emptied all the time.</summary>
sealed class UnixReread(NetlinkDump dump) : IDisposable
{
    /// <summary>The number of reads, some microseconds apart.</summary>
    const int Reads = 3;

    /// <summary>Maximum number of doubtful listeners that are read again; for others the first read counts.</summary>
    const int MaxListeners = 4;

    readonly byte[] _request = UnixDiag.SocketRequest();

    internal void Read(UnixListenerTable table)
    {
        var count = 0;
        foreach (var listener in table.Listeners)
        {
            if (!listener.IsDoubtful)
                continue;
            if (count++ == MaxListeners)
                return;
            for (var i = 0; i < Reads && listener.IsDoubtful; i++)
                listener.ReadAgain(LengthOf(listener));
        }
    }

    /// <summary>The lowest length; 0 for a socket that has closed since.</summary>
    long LengthOf(UnixListener listener)
    {
        var (inode, cookie) = listener.Socket;
        UnixDiag.SetSocket(_request, inode, cookie);
        dump.Begin(_request);
        return dump.TryRead(out var type, out var payload) && UnixDiag.TryRead(type, payload, out var row) ? Math.Max(0, row.Length) : 0;
    }

    internal void Close() => dump.Close();

    public void Dispose() => dump.Dispose();
}
