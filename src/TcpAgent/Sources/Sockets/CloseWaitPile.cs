using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Finds whether the sockets in CLOSE_WAIT that processes hold are the same as a second ago. A busy server has some at every walk but
/// closes each within milliseconds; a pile stays.
/// </summary>
sealed class CloseWaitPile(TimeProvider time)
{
    /// <summary>Maximum number of sockets followed; they are enough to recognise a larger pile.</summary>
    internal const int Most = 512;

    /// <summary>Milliseconds between two walks that are compared: a second, minus the time that a tick may come early.</summary>
    const long Least = 900;

    readonly HashSet<ulong> _marked = new(Most);
    long _markedAt = KernelValue.Absent;

    /// <summary>The followed sockets that were there a second ago too; absent before the second walk.</summary>
    internal long Staying { get; private set; } = KernelValue.Absent;

    /// <param name="timestamp">Monotonic time.</param>
    /// <param name="census">The result of the last walk.</param>
    /// <param name="isNew">Whether that walk was taken at this tick.</param>
    /// <param name="isUnchanged">Whether no socket has changed since that walk.</param>
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
