namespace TcpAgent.Sources;

/// <summary>A way to walk the socket table; there are two. Used by one thread at a time.</summary>
interface ISocketTable : IDisposable
{
    string Mode { get; }

    /// <summary>The place of an error, for the operator.</summary>
    string Where { get; }

    /// <summary>Counts the sockets: in all states if <paramref name="full"/>, or if this table has no filter. Returns the errno.</summary>
    int Walk(SocketCensus census, bool full);

    void Reopen();
}
