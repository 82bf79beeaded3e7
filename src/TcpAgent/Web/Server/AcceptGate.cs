using System.Net;
using Microsoft.AspNetCore.Connections;

namespace TcpAgent.Web;

/// <summary>
/// Accepts no more connections than <see cref="Connections"/> has room for. Kestrel alone accepts as fast as it can, even connections that
/// it will not serve soon, and each takes memory. Connections in the kernel's queue take none of the agent's.
/// </summary>
sealed class AcceptGate(IConnectionListenerFactory transport, Connections connections)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => ((IConnectionListenerFactorySelector)transport).CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        new Listener(await transport.BindAsync(endpoint, cancellationToken), connections);

    sealed class Listener(IConnectionListener listener, Connections connections) : IConnectionListener
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
