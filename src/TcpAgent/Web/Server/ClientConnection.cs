using Microsoft.AspNetCore.Connections;

namespace TcpAgent.Web;

/// <summary>
/// An open connection and its place in the order in which <see cref="ClientConnections"/> closes them. Guarded by its lock.
/// </summary>
sealed class ClientConnection
{
    internal ClientConnection(ConnectionContext connection) =>
        (Connection, Node) = (connection, new LinkedListNode<ClientConnection>(this));

    internal ConnectionContext Connection { get; }

    internal LinkedListNode<ClientConnection> Node { get; }

    /// <summary>Requests in flight; HTTP/2 may have several.</summary>
    internal int Requests { get; set; }

    /// <summary>The time when it came to rest or began its request; orders the connections.</summary>
    internal long Moved { get; set; }

    /// <summary>True once it had a response that was not an error.</summary>
    internal bool IsKnown { get; set; }

    internal bool IsGone { get; set; }
}
