using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Whether the connections of one listener wait for accept() long enough to do harm, full or not. A burst that is accepted within a second
/// harms nobody, nor do a few abandoned connections. Either of two signs proves harm:
/// <list type="bullet">
/// <item>a scan of the connections: some have waited longer than a second for a second or more while others came behind them, or so long
/// that it does not matter whether others came, or in a full queue, which others cannot enter;</item>
/// <item>counting: the queue holds more than have come to the whole host within a second, and it does not stand still. That needs no scan,
/// and it sees clients that reset their connection, which stays in the queue but is found nowhere else.</item>
/// </list>
/// </summary>
sealed class AcceptDelay(TimeSpan peakWindow, TimeProvider time)
{
    /// <summary>Fewer connections than this are not traffic, but health checks, a debugger's port or a suspended daemon.</summary>
    internal const int Few = 5;

    /// <summary>
    /// A queue with fewer is not near its limit, however short it is: one stray connection fills a backlog of 1 permanently.
    /// </summary>
    internal const int LeastNear = 4;

    /// <summary>Milliseconds that a connection waits before it is late, and before it is stuck.</summary>
    internal const long Late = 1_000, Stuck = 10_000;

    /// <summary>
    /// Milliseconds for which a client that has left still counts, and within which the length of a moving queue changes.
    /// </summary>
    internal const long Moment = 10_000;

    /// <summary>Milliseconds from the first sign to the proof: a second, minus the time that a tick may come early.</summary>
    const long Persistence = 900;

    const int LateSeries = 0, WaitSeries = 1, SeriesCount = 2;

    readonly PeakWindow _recent = new(SeriesCount, peakWindow, time, PeakWindow.FewParts);
    (long Timestamp, long Length) _earlier = (KernelValue.Absent, 0), _before = (KernelValue.Absent, 0);
    long _lateSince = KernelValue.Absent;
    long _surplusSince = KernelValue.Absent;
    bool _isSeen;
    bool _isCounted;
    long _seen;
    long _counted;

    internal bool IsHarmful => _isSeen || _isCounted;

    internal long RecentLate => _recent[LateSeries];

    internal long RecentWait => _recent[WaitSeries];

    /// <param name="timestamp">Monotonic time.</param>
    /// <param name="length">Connections in the queue.</param>
    /// <param name="isFull">Whether the queue, or that of one of several sockets, is above its limit.</param>
    /// <param name="oldest">Milliseconds that the oldest has waited.</param>
    /// <param name="look">The scan of this tick; null for none.</param>
    /// <param name="opens">Connections that arrived at the whole host within a second or more; absent if unknown.</param>
    internal void Update(long timestamp, long length, bool isFull, long oldest, in AcceptLook? look, long opens)
    {
        if (length < Few)
            Forget();
        else
        {
            if (look is { } seen)
                See(timestamp, seen, isFull);
            Count(timestamp, length, opens);
        }

        // The window advances in any case.
        var (late, wait) = IsHarmful ? (Math.Max(_seen, _isCounted ? _counted : 0), oldest) : (KernelValue.Absent, KernelValue.Absent);
        _recent.Record(timestamp, [late, wait]);
    }

    void Forget()
    {
        (_isSeen, _isCounted, _seen, _counted) = (false, false, 0, 0);
        _lateSince = _surplusSince = _before.Timestamp = _earlier.Timestamp = KernelValue.Absent;
    }

    /// <summary>Nobody can come behind those who wait in a full queue, so there it does not matter.</summary>
    void See(long timestamp, in AcceptLook look, bool isFull)
    {
        _seen = look.Late;
        if (look.Late < Few)
        {
            (_lateSince, _isSeen) = (KernelValue.Absent, false);
            return;
        }
        if (_lateSince == KernelValue.Absent)
            _lateSince = timestamp;
        var lasted = Milliseconds(_lateSince, timestamp);
        _isSeen |= look.Stuck >= Few || (lasted >= Persistence && (isFull || look.Youngest < lasted));
    }

    void Count(long timestamp, long length, long opens)
    {
        if (_before.Timestamp == KernelValue.Absent || Milliseconds(_before.Timestamp, timestamp) >= Moment)
            (_earlier, _before) = (_before, (timestamp, length));
        _counted = opens == KernelValue.Absent || !IsMoving(length) ? 0 : Math.Max(0, length - opens);
        if (_counted < Few)
        {
            (_surplusSince, _isCounted) = (KernelValue.Absent, false);
            return;
        }
        if (_surplusSince == KernelValue.Absent)
            _surplusSince = timestamp;
        _isCounted |= Milliseconds(_surplusSince, timestamp) >= Persistence;
    }

    bool IsMoving(long length) => Math.Abs(length - _before.Length) >= Few
        || (_earlier.Timestamp != KernelValue.Absent && Math.Abs(length - _earlier.Length) >= Few);

    double Milliseconds(long from, long to) => time.GetElapsedTime(from, to).TotalMilliseconds;
}
