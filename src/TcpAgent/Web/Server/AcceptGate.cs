using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace TcpAgent.Web;

/// <summary>
/// Accepts no more connections than <see cref="ClientConnections"/> has room for. Kestrel alone accepts as fast as it can, even connections
/// that it will not serve soon, and each takes memory. Connections in the kernel's queue take none of the agent's.
/// </summary>
/// <param name="transport">Accepts.</param>
/// <param name="web">Room for clients over TCP.</param>
/// <param name="local">Room for clients over the query socket.</param>
sealed class AcceptGate(IConnectionListenerFactory transport, ClientConnections web, ClientConnections local)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => ((IConnectionListenerFactorySelector)transport).CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        new Listener(
            await transport.BindAsync(endpoint, cancellationToken), endpoint is UnixDomainSocketEndPoint ? local : web);

    sealed class Listener(IConnectionListener listener, ClientConnections connections) : IConnectionListener
    {
        readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await connections.Accept(listener, _unbound.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken)
        {
            await _unbound.CancelAsync();
            await listener.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await listener.DisposeAsync();
            _unbound.Dispose();
        }
    }
}
