using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Whether the sockets in CLOSE_WAIT that processes hold are the same as a second ago. A busy server has some at each look, and closes
/// each within milliseconds; a pile stays.
/// </summary>
sealed class CloseWaitPile(TimeProvider time)
{
    /// <summary>Sockets followed; a pile of more is known by these.</summary>
    internal const int Most = 512;

    /// <summary>Milliseconds from one look to the next that counts: a second, less what a tick may come early.</summary>
    const long Least = 900;

    readonly HashSet<ulong> _marked = new(Most);
    long _markedAt = KernelValue.Absent;

    /// <summary>Of those followed the ones that were there a second ago as well; absent before a second look.</summary>
    internal long Staying { get; private set; } = KernelValue.Absent;

    /// <param name="timestamp">Monotonic.</param>
    /// <param name="census">The last walk's.</param>
    /// <param name="isNew">It was taken at this tick.</param>
    /// <param name="isUnchanged">No socket has changed since it was taken.</param>
    internal void Update(long timestamp, SocketCensus census, bool isNew, bool isUnchanged)
    {
        if (_markedAt == KernelValue.Absent)
        {
            Mark(timestamp, census);
            return;
        }
        if (time.GetElapsedTime(_markedAt, timestamp).TotalMilliseconds < Least)
            return;
        if (isNew)
        {
            Staying = CountMarked(census);
            Mark(timestamp, census);
        }
        else if (isUnchanged)
            Staying = census.HeldCloseWait.Count;
    }

    long CountMarked(SocketCensus census)
    {
        var count = 0L;
        foreach (var id in census.HeldCloseWait)
            if (_marked.Contains(id))
                count++;
        return count;
    }

    void Mark(long timestamp, SocketCensus census)
    {
        _markedAt = timestamp;
        _marked.Clear();
        foreach (var id in census.HeldCloseWait)
            _marked.Add(id);
    }
}
