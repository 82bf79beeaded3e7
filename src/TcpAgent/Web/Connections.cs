using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// Keeps room for who really asks. When as many connections are open as are kept, each new one closes the one that has been without a
/// request longest, first of those that never had an answer of use. So thousands of idle or dawdling clients cost what a few hundred do
/// and keep no scraper out.
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
    /// Descriptors for all else: kernel files, libraries, and two for each thread that the runtime starts. Without those it ends the process,
    /// so clients must never have the last.
    /// </summary>
    const int Reserved = 320;

    readonly Lock _lock = new();

    /// <summary>At rest, in the order in which they came to be so.</summary>
    readonly LinkedList<Entry> _strangers = [];
    readonly LinkedList<Entry> _known = [];
    int _kept;
    int _open;
    int _gone;

    /// <summary>Those that are just being closed among them; more are closed unserved. Kestrel's own limit would log each.</summary>
    internal static int Max(int kept) => 2 * kept;

    /// <summary>As many as are wanted, or as the limit of open files leaves room for.</summary>
    internal static int Kept(bool tls, int openFiles) => Math.Clamp((openFiles - Reserved) / 2, 16, tls ? Tls : Plain);

    /// <summary>Around a connection's whole life, below TLS.</summary>
    internal async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        var entry = new Entry(connection);
        connection.Features.Set(entry);
        try
        {
            if (TryEnter(entry, out var replaced))
            {
                replaced?.Connection.Abort(new ConnectionAbortedException("Closed for being idle while others came."));
                await next(connection);
            }
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

    /// <param name="entry">The new connection.</param>
    /// <param name="replaced">The one to close in its place, if any.</param>
    bool TryEnter(Entry entry, out Entry? replaced)
    {
        lock (_lock)
        {
            replaced = null;
            entry.IsGone = ++_open > Max(kept);
            if (entry.IsGone)
                return false;
            Rest(entry);
            if (++_kept > kept)
            {
                replaced = (_strangers.First ?? _known.First)!.Value;
                Remove(replaced);
            }
            return true;
        }
    }

    void Begin(Entry entry)
    {
        lock (_lock)
            if (entry.Requests++ == 0)
                entry.Node.List?.Remove(entry.Node);
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

    void Rest(Entry entry) => (entry.IsKnown ? _known : _strangers).AddLast(entry.Node);

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

        /// <summary>It had an answer other than an error.</summary>
        internal bool IsKnown { get; set; }

        internal bool IsGone { get; set; }
    }
}
