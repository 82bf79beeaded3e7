using System.Runtime.CompilerServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Follows the AF_UNIX listeners whose queue was not empty, from scan to scan. Their names are created once, and kept while there is room.
/// </summary>
sealed class UnixListenerTable(TimeSpan peakWindow, TimeProvider time)
{
    internal const int MaxListeners = 512;

    readonly Dictionary<ulong, UnixListener> _byCookie = [];
    readonly Dictionary<string, UnixListener> _byName = [];

    internal Dictionary<string, UnixListener>.ValueCollection Listeners => _byName.Values;

    internal void Take(UnixCensus census)
    {
        if (Math.Max(_byCookie.Count, _byName.Count) + census.Count > MaxListeners)
            Forget();
        foreach (var listener in Listeners)
            listener.Begin();
        for (var i = 0; i < census.Count; i++)
        {
            var queue = census[i];
            if (!_byCookie.TryGetValue(queue.Cookie, out var listener))
                listener = Learn(queue.Cookie, census.Name(i));
            listener?.Add(queue);
        }
    }

    internal void Record(long timestamp)
    {
        foreach (var listener in Listeners)
            listener.Record(timestamp);
    }

    /// <summary>Returns null if there is no room because too many queues were not empty within the window.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    UnixListener? Learn(ulong cookie, ReadOnlySpan<byte> bytes)
    {
        var name = UnixName.Text(bytes);
        if (!_byName.TryGetValue(name, out var listener))
        {
            if (_byName.Count >= MaxListeners)
                return null;
            _byName[name] = listener = new UnixListener(name, peakWindow, time);
        }
        return _byCookie[cookie] = listener;
    }

    /// <summary>
    /// Forgets names whose queue has been empty for the whole window. A socket gets its name again when its queue is not empty.
    /// </summary>
    void Forget()
    {
        _byCookie.Clear();
        foreach (var (name, listener) in _byName)
            if (listener.Peak <= 0)
                _byName.Remove(name);
    }

    internal void Clear()
    {
        _byCookie.Clear();
        _byName.Clear();
    }
}
