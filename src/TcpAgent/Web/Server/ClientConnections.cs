using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// Keeps room for clients that really make requests. At the limit each new connection closes another: the one that has waited longest for
/// its first useful response. Connections at rest after a response are closed only when they are more than half of all. So thousands of
/// idle or slow clients cost no more than a few hundred and keep no scraper out.
/// </summary>
/// <param name="kept">Maximum number of open connections.</param>
/// <param name="giveBack">
/// Frees the memory that closed connections left behind. Called when many have closed since the last call and few are open: the collector
/// does not revisit promoted objects while there is no load, and OpenSSL's allocations are scattered among those still in use.
/// </param>
sealed class ClientConnections(int kept, Action giveBack)
{
    readonly Lock _lock = new();

    /// <summary>One for each open connection, and for each listener that waits for one.</summary>
    readonly Channel<bool> _places = Channel.CreateBounded<bool>(ConnectionLimits.WithClosing(kept));

    /// <summary>Connections at rest or with a request, in the order in which they entered that state.</summary>
    readonly LinkedList<ClientConnection> _strangers = [];
    readonly LinkedList<ClientConnection> _known = [];
    readonly LinkedList<ClientConnection> _busy = [];
    int _kept;
    int _open;
    int _gone;
    long _moves;

    /// <summary>Accepts the next connection once there is room. Returns null when the listener is closed.</summary>
    /// <param name="listener">The listener to accept from.</param>
    /// <param name="stop">Ends the wait for room.</param>
    internal async ValueTask<ConnectionContext?> Accept(IConnectionListener listener, CancellationToken stop)
    {
        await _places.Writer.WriteAsync(true, stop);
        ConnectionContext? connection = null;
        try
        {
            return connection = await listener.AcceptAsync(CancellationToken.None);
        }
        finally
        {
            if (connection is null)
                _places.Reader.TryRead(out _);
        }
    }

    /// <summary>Wraps a connection's whole life, from accept on and below TLS.</summary>
    internal async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        using var halfClosed = HalfClosed.Tolerate(connection);
        var entry = new ClientConnection(connection);
        connection.Features.Set(entry);
        connection.Features.Set(this);
        Enter(entry)?.Connection.Abort(new ConnectionAbortedException("Closed for being idle or slow while others came."));
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(entry);
        }
    }

    /// <summary>Whether a request came over one of these connections.</summary>
    internal bool Has(HttpContext context) => ReferenceEquals(context.Features.Get<ClientConnections>(), this);

    /// <summary>Wraps each request.</summary>
    internal RequestDelegate Track(RequestDelegate next) => async context =>
    {
        var entry = context.Features.Get<ClientConnection>();
        if (entry is not null)
            Begin(entry);
        try
        {
            await next(context);
        }
        finally
        {
            if (entry is not null)
                End(entry, context.Response.StatusCode < StatusCodes.Status400BadRequest);
        }
    };

    /// <returns>The connection to close in its place, if any.</returns>
    ClientConnection? Enter(ClientConnection entry)
    {
        lock (_lock)
        {
            ClientConnection? replaced = null;
            _open++;
            if (++_kept > kept)
                Remove(replaced = Replaceable());
            Rest(entry);
            return replaced;
        }
    }

    ClientConnection Replaceable()
    {
        if (_known.Count > kept / 2)
            return _known.First!.Value;
        var (stranger, busy) = (_strangers.First?.Value, _busy.First?.Value);
        return busy is null || stranger?.Moved < busy.Moved ? stranger! : busy;
    }

    void Begin(ClientConnection entry)
    {
        lock (_lock)
            if (entry.Requests++ == 0 && !entry.IsGone)
                Move(entry, _busy);
    }

    void End(ClientConnection entry, bool wasServed)
    {
        lock (_lock)
        {
            entry.IsKnown |= wasServed;
            if (--entry.Requests == 0 && !entry.IsGone)
                Rest(entry);
        }
    }

    void Leave(ClientConnection entry)
    {
        _places.Reader.TryRead(out _);
        lock (_lock)
        {
            Remove(entry);
            _open--;
            if (++_gone < kept / 2 || _open > kept / 8)
                return;
            _gone = 0;
        }
        giveBack();
    }

    void Rest(ClientConnection entry) => Move(entry, entry.IsKnown ? _known : _strangers);

    void Move(ClientConnection entry, LinkedList<ClientConnection> to)
    {
        entry.Node.List?.Remove(entry.Node);
        to.AddLast(entry.Node);
        entry.Moved = _moves++;
    }

    void Remove(ClientConnection entry)
    {
        entry.Node.List?.Remove(entry.Node);
        if (!entry.IsGone)
            _kept--;
        entry.IsGone = true;
    }
}
