using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace TcpAgent.Web;

/// <summary>
/// A client may close its sending side once it has asked, as `nc -N` does, and wait for the answer (RFC 9112, 9.6). Kestrel would take the
/// end of what the client sends for the end of the connection, and abort the answer.
/// </summary>
sealed class HalfClosed : IDisposable
{
    /// <summary>linux/tcp.h; the first byte of struct tcp_info is the state, as in enum tcp_state.</summary>
    const int IPPROTO_TCP = 6, TCP_INFO = 11, TCP_CLOSE_WAIT = 8;

    readonly ConnectionContext _connection;
    readonly CancellationTokenSource _closed = new();
    readonly CancellationTokenRegistration _registration;

    HalfClosed(ConnectionContext connection)
    {
        _connection = connection;
        var closed = connection.ConnectionClosed;
        connection.ConnectionClosed = _closed.Token;
        _registration = closed.UnsafeRegister(static state => ((HalfClosed)state!).End(), this);
    }

    /// <summary>From now on the connection counts as closed only when no answer can reach the client any more.</summary>
    internal static HalfClosed Tolerate(ConnectionContext connection) => new(connection);

    void End()
    {
        if (!CanBeAnswered())
            _closed.Cancel();
    }

    bool CanBeAnswered()
    {
        if (_connection.Features.Get<IConnectionSocketFeature>() is not { Socket: var socket })
            return false;
        Span<byte> state = stackalloc byte[1];
        try
        {
            return socket.GetRawSocketOption(IPPROTO_TCP, TCP_INFO, state) == 1 && state[0] == TCP_CLOSE_WAIT;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _closed.Dispose();
    }
}
