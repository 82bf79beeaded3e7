using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The listening sockets of one address, port and device; several when they share it by SO_REUSEPORT.</summary>
sealed class Listener(Endpoint endpoint, TimeSpan peakWindow, TimeProvider time)
{
    const int LengthSeries = 0, FullestSeries = 1, SeriesCount = 2;

    const int RetriedSeries = 0, DeferredSeries = 1, SignsCount = 2;

    readonly PeakWindow _window = new(SeriesCount, peakWindow, time, PeakWindow.FewParts);
    readonly WindowedTotal _drops = new(peakWindow, time);

    /// <summary>Null until a connection stayed half-open.</summary>
    PeakWindow? _signs;

    /// <summary>Null until its queue has been long enough to matter.</summary>
    AcceptDelay? _delay;
    AcceptLook? _look;

    /// <summary>Null before the first tick.</summary>
    long? _dropsBefore;

    internal Endpoint Endpoint { get; } = endpoint;

    /// <summary>The listener's instance, which changes when its device is renamed.</summary>
    internal EndpointInstance Instance { get; set; } = new(endpoint, endpoint.Device == 0 ? "" : $"{endpoint.Device}");

    /// <summary>The listener with its owner; null while that is unknown.</summary>
    internal OwnerInstance? Owner { get; set; }

    internal long Peak => _window[LengthSeries];

    internal int Sockets { get; set; }

    internal long Length { get; set; }

    /// <summary>The limit; absent where only /proc/net/tcp can be read.</summary>
    internal long Limit { get; set; } = KernelValue.Absent;

    /// <summary>Longest queue of a single member.</summary>
    internal long FullestLength { get; set; }

    /// <summary>The limit of that member.</summary>
    internal long FullestLimit { get; set; } = KernelValue.Absent;

    /// <summary>The cgroup in which that member was created; 0 if it is unknown.</summary>
    internal ulong Cgroup { get; set; }

    /// <summary>Above its limit, and not at it, a queue is full.</summary>
    bool IsFull => FullestLimit != KernelValue.Absent && FullestLength > FullestLimit;

    /// <summary>Longest queue of a single member within the peak window.</summary>
    internal long FullestPeak => _window[FullestSeries];

    /// <summary>All drops at this address and port since the first was seen, including those of closed members.</summary>
    internal long Drops { get; set; }

    /// <summary>Drops since the previous tick.</summary>
    internal long NewDrops { get; private set; }

    /// <summary>Drops within the peak window.</summary>
    internal long RecentDrops => _drops.Recent;

    /// <param name="timestamp">Monotonic time.</param>
    /// <param name="isFirst">True at the agent's first read, where earlier drops are not new.</param>
    internal void Record(long timestamp, bool isFirst)
    {
        NewDrops = Drops - (_dropsBefore ?? (isFirst ? Drops : 0));
        _dropsBefore = Drops;
        _drops.Add(timestamp, NewDrops);
        _window.Record(timestamp, [Length, FullestLength]);
        _signs?.Record(timestamp, [HalfOpen.Retried, HalfOpen.Deferred]);
    }

    /// <summary>Called when the fullest member's queue was this long between two ticks.</summary>
    internal void Raise(long timestamp, long length) => _window.Record(timestamp, [length, length]);

    /// <summary>Half-open connections, as of the last walk.</summary>
    internal long SynRecv { get; set; } = KernelValue.Absent;

    /// <summary>The smaller result of the last two walks.</summary>
    internal long LeastSynRecv => Math.Min(SynRecv, SynRecvBefore);

    long SynRecvBefore { get; set; } = KernelValue.Absent;

    /// <summary>Why these connections stay half-open, as of the last walk.</summary>
    internal HalfOpenSigns HalfOpen { get; private set; }

    /// <summary>
    /// Most connections within the peak window, and at the last walk, that stayed half-open for that reason. A walk shows only some: a
    /// deferred connection looks like a new one while less than a second of its timer is left.
    /// </summary>
    internal long PeakRetried => Math.Max(_signs?[RetriedSeries] ?? 0, HalfOpen.Retried);

    internal long PeakDeferred => Math.Max(_signs?[DeferredSeries] ?? 0, HalfOpen.Deferred);

    /// <summary>Adds what the walk saw at one of its addresses.</summary>
    internal void Saw(in HalfOpenSigns signs)
    {
        HalfOpen = HalfOpen.And(signs);
        if (_signs is null && (signs.Retried | signs.Deferred) != 0)
            BeginSigns();
    }

    /// <summary>Waiting connections whose peer has already closed, as of the last walk.</summary>
    internal long Abandoned { get; set; } = KernelValue.Absent;

    /// <summary>Called after a walk, before its results are added.</summary>
    internal void BeginWalk() => (SynRecvBefore, SynRecv, HalfOpen, Abandoned) = (SynRecv, 0, default, 0);

    /// <summary>Milliseconds that the oldest waiting connection has waited.</summary>
    internal long OldestWait { get; private set; } = KernelValue.Absent;

    /// <summary>True if one of its queues was full and dropped something within the peak window.</summary>
    internal bool HasOverflowed => FullestLimit != KernelValue.Absent && FullestPeak > FullestLimit && RecentDrops > 0;

    /// <summary>True if its connections wait long enough to do harm, whether its queue is full or not.</summary>
    internal bool IsLate => _delay is { IsHarmful: true };

    /// <summary>
    /// True while connections wait that the application does not accept, or the queue is close to its limit: the time to look at the
    /// application.
    /// </summary>
    internal bool IsStrained => IsLate || IsFull
        || (FullestLength >= AcceptDelay.LeastNear && Fullness.Of(FullestLength, FullestLimit).Share >= Fullness.Near);

    /// <summary>
    /// Highest number of connections that had waited too long at the same time within the peak window, while that did harm; absent if it
    /// did none.
    /// </summary>
    internal long RecentLate => _delay?.RecentLate ?? KernelValue.Absent;

    /// <summary>Milliseconds that the oldest of those connections had waited.</summary>
    internal long RecentWait => _delay?.RecentWait ?? KernelValue.Absent;

    /// <summary>Called when nothing waits, or the time is unknown.</summary>
    internal void ForgetWait() => OldestWait = KernelValue.Absent;

    /// <summary>Called after a scan succeeded or failed, before its results are added.</summary>
    internal void LookedAt() => (_look, OldestWait) = (default(AcceptLook), KernelValue.Absent);

    /// <summary>Adds the connections that wait at one of its addresses.</summary>
    internal void Saw(in AcceptLook look)
    {
        var all = _look.GetValueOrDefault().And(look);
        (_look, OldestWait) = (all, all.Oldest);
    }

    /// <summary>Called at each tick, after the scan if there was one.</summary>
    /// <param name="timestamp">Monotonic time.</param>
    /// <param name="opens">Connections that arrived at the whole host within a second or more; absent if unknown.</param>
    internal void Judge(long timestamp, long opens)
    {
        if (_delay is null && Length >= AcceptDelay.Few)
            BeginDelay();
        _delay?.Update(timestamp, Length, IsFull, OldestWait, _look, opens);
        _look = null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void BeginSigns() => _signs = new PeakWindow(SignsCount, peakWindow, time, PeakWindow.FewParts);

    [MethodImpl(MethodImplOptions.NoInlining)]
    void BeginDelay() => _delay = new AcceptDelay(peakWindow, time);
}
