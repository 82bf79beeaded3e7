using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// Keeps room for who really asks. When as many connections are open as are kept, each new one closes another: of those that never had
/// an answer of use, or wait for one, the one that has done so longest; those at rest after an answer go only when they are more than a
/// half. So thousands of idle or dawdling clients cost what a few hundred do and keep no scraper out.
/// </summary>
/// <param name="kept">At once.</param>
/// <param name="giveBack">
/// Called when many connections have gone since the last time and few are open, for the memory that those left behind: the collector
/// does not look at what it has promoted while nobody asks, and OpenSSL's pieces lie between those that are still in use.
/// </param>
sealed class Connections(int kept, Action giveBack)
{
    /// <summary>Kept at once over plain HTTP, where one at rest is some 20 kB.</summary>
    internal const int Plain = 512;

    /// <summary>Over TLS, where one is some 100 kB, most of it OpenSSL's.</summary>
    internal const int Tls = 160;

    /// <summary>
    /// Of the heap, in bytes, what a client can take that sends the longest requests and does not read: headers, buffers, objects.
    /// </summary>
    const int PlainWorst = 96 * 1024;

    /// <summary>With TLS' own buffers and the streams of HTTP/2.</summary>
    const int TlsWorst = 384 * 1024;

    /// <summary>
    /// Descriptors for all else: kernel files, libraries, and two for each thread that the runtime starts. Without those it ends the
    /// process, so clients must never have the last.
    /// </summary>
    const int Reserved = 320;

    readonly Lock _lock = new();

    /// <summary>One for each that is open, and for each listener that waits for one.</summary>
    readonly Channel<bool> _places = Channel.CreateBounded<bool>(Max(kept));

    /// <summary>At rest or with a request, in the order in which they came to be so.</summary>
    readonly LinkedList<Entry> _strangers = [];
    readonly LinkedList<Entry> _known = [];
    readonly LinkedList<Entry> _busy = [];
    int _kept;
    int _open;
    int _gone;
    long _moves;

    /// <summary>Those that are just being closed among them; more wait in the kernel's queue.</summary>
    internal static int Max(int kept) => 2 * kept;

    /// <summary>As many as are wanted, or as there is room for.</summary>
    /// <param name="tls">Whether they are encrypted.</param>
    /// <param name="openFiles">The limit of open files.</param>
    /// <param name="room">Bytes of the heap for them. The runtime ends the process when one of its own threads finds none left.</param>
    internal static int Kept(bool tls, int openFiles, long room) =>
        (int)Math.Clamp(Math.Min((openFiles - Reserved) / 2, room / Max(tls ? TlsWorst : PlainWorst)), 16, tls ? Tls : Plain);

    /// <summary>The next connection, when there is room. Null when the listener is closed.</summary>
    /// <param name="listener">Where from.</param>
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

    /// <summary>Around a connection's whole life from when it was accepted, below TLS.</summary>
    internal async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        var entry = new Entry(connection);
        connection.Features.Set(entry);
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

    /// <summary>Around each request.</summary>
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

    /// <returns>The one to close in its place, if any.</returns>
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

        /// <summary>Under way; HTTP/2 has several.</summary>
        internal int Requests { get; set; }

        /// <summary>When it came to rest or to its request: its place in the order of all that did.</summary>
        internal long Moved { get; set; }

        /// <summary>It had an answer other than an error.</summary>
        internal bool IsKnown { get; set; }

        internal bool IsGone { get; set; }
    }
}
