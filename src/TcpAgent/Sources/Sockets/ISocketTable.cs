namespace TcpAgent.Sources;

/// <summary>A way to walk the socket table; there are two. Used by one thread at a time.</summary>
interface ISocketTable : IDisposable
{
    string Mode { get; }

    /// <summary>Where an error came from, for the operator.</summary>
    string Where { get; }

    /// <summary>
    /// Counts the sockets; all states when <paramref name="full"/>, or when this table knows no filter. Returns the errno.
    /// </summary>
    int Walk(SocketCensus census, bool full);

    void Reopen();
}
