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
sealed class Connections(int kept, Action giveBack)
{
    /// <summary>Maximum over plain HTTP, where an idle connection takes about 20 kB.</summary>
    internal const int Plain = 512;

    /// <summary>Maximum over TLS, where a connection takes about 100 kB, mostly in OpenSSL.</summary>
    internal const int Tls = 160;

    /// <summary>Maximum over the query socket, so that local users leave the descriptors and the memory to scrapers.</summary>
    internal const int Local = 16;

    /// <summary>Heap bytes that one client can pin by sending maximal requests and never reading: headers, buffers, objects.</summary>
    const int PlainWorst = 96 * 1024;

    /// <summary>The same over TLS, including its buffers and the streams of HTTP/2.</summary>
    const int TlsWorst = 384 * 1024;

    /// <summary>
    /// Descriptors reserved for everything else: kernel files, libraries, and two for each thread that the runtime starts. The runtime
    /// aborts the process without those, so clients must never get the last ones.
    /// </summary>
    const int Reserved = 320;

    readonly Lock _lock = new();

    /// <summary>One for each open connection, and for each listener that waits for one.</summary>
    readonly Channel<bool> _places = Channel.CreateBounded<bool>(Max(kept));

    /// <summary>Connections at rest or with a request, in the order in which they entered that state.</summary>
    readonly LinkedList<Entry> _strangers = [];
    readonly LinkedList<Entry> _known = [];
    readonly LinkedList<Entry> _busy = [];
    int _kept;
    int _open;
    int _gone;
    long _moves;

    /// <summary>The maximum of all connections, including those being closed; further ones wait in the kernel's queue.</summary>
    internal static int Max(int kept) => 2 * kept;

    /// <summary>The limit that is wanted, or what there is room for if that is lower.</summary>
    /// <param name="tls">Whether they are encrypted.</param>
    /// <param name="openFiles">The limit of open files.</param>
    /// <param name="room">
    /// Heap bytes for connections. The runtime aborts the process when one of its own threads finds no memory left.
    /// </param>
    internal static int Kept(bool tls, int openFiles, long room) =>
        (int)Math.Clamp(Math.Min((openFiles - Reserved) / 2, room / Max(tls ? TlsWorst : PlainWorst)), 16, tls ? Tls : Plain);

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
        var entry = new Entry(connection);
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
    internal bool Has(HttpContext context) => ReferenceEquals(context.Features.Get<Connections>(), this);

    /// <summary>Wraps each request.</summary>
    internal RequestDelegate Track(RequestDelegate next) => async context =>
    {
        var entry = context.Features.Get<Entry>();
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
    Entry? Enter(Entry entry)
    {
        lock (_lock)
        {
            Entry? replaced = null;
            _open++;
            if (++_kept > kept)
                Remove(replaced = Replaceable());
            Rest(entry);
            return replaced;
        }
    }

    Entry Replaceable()
    {
        if (_known.Count > kept / 2)
            return _known.First!.Value;
        var (stranger, busy) = (_strangers.First?.Value, _busy.First?.Value);
        return busy is null || stranger?.Moved < busy.Moved ? stranger! : busy;
    }

    void Begin(Entry entry)
    {
        lock (_lock)
            if (entry.Requests++ == 0 && !entry.IsGone)
                Move(entry, _busy);
    }

    void End(Entry entry, bool wasServed)
    {
        lock (_lock)
        {
            entry.IsKnown |= wasServed;
            if (--entry.Requests == 0 && !entry.IsGone)
                Rest(entry);
        }
    }

    void Leave(Entry entry)
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

    void Rest(Entry entry) => Move(entry, entry.IsKnown ? _known : _strangers);

    void Move(Entry entry, LinkedList<Entry> to)
    {
        entry.Node.List?.Remove(entry.Node);
        to.AddLast(entry.Node);
        entry.Moved = _moves++;
    }

    void Remove(Entry entry)
    {
        entry.Node.List?.Remove(entry.Node);
        if (!entry.IsGone)
            _kept--;
        entry.IsGone = true;
    }

    sealed class Entry
    {
        internal Entry(ConnectionContext connection) => (Connection, Node) = (connection, new LinkedListNode<Entry>(this));

        internal ConnectionContext Connection { get; }

        internal LinkedListNode<Entry> Node { get; }

        /// <summary>Requests in flight; HTTP/2 may have several.</summary>
        internal int Requests { get; set; }

        /// <summary>The time when it came to rest or began its request; orders the connections.</summary>
        internal long Moved { get; set; }

        /// <summary>True once it had a response that was not an error.</summary>
        internal bool IsKnown { get; set; }

        internal bool IsGone { get; set; }
    }
}
