using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// One kind of walk and its share of the CPU. A cheap walk runs at once; an expensive one runs on its own thread, so that it never delays a
/// tick. After each walk the lane rests until the CPU time is within its share again.
/// </summary>
/// <param name="share">Share of one CPU, above 0.</param>
/// <param name="walk">The walk; returns an errno. Never called twice at once.</param>
/// <param name="time">The sampler's clock.</param>
/// <param name="credit">Unused rest carried over, at most this long, so that rare walks may come close together.</param>
/// <param name="events">Counts walks by duration.</param>
sealed class CpuBudget(double share, Func<int> walk, TimeProvider time, TimeSpan credit = default, AgentEvents? events = null) : IDisposable
{
    /// <summary>The time that a tick may spend on a walk: a twentieth of the shortest interval.</summary>
    const long InlineLimit = 5_000_000;

    /// <summary>
    /// A walk is taken at least this often whatever the counters show: within a minute of the last, with ticks a second apart.
    /// </summary>
    internal static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(59);

    readonly AutoResetEvent _begin = new(false);
    readonly AutoResetEvent _done = new(false);
    Thread? _thread;
    volatile bool _stopping;
    long _restsUntil = time.GetTimestamp();
    Exception? _thrown;

    /// <summary>CPU nanoseconds of the last walk; can be set to an estimate before the first.</summary>
    internal long Cost { get; set; }

    /// <summary>CPU nanoseconds of all walks.</summary>
    internal long TotalCost { get; private set; }

    internal long Walks { get; private set; }

    /// <summary>When the last walk began, by the monotonic clock.</summary>
    internal long StartedAt { get; private set; }

    /// <summary>Nanoseconds the last walk took.</summary>
    internal long Duration { get; private set; }

    /// <summary>Nanoseconds between two walks that keep the share at the present cost.</summary>
    internal long Interval => (long)(Cost / share);

    internal bool IsRunning { get; private set; }

    /// <summary>True if the next walk will run on its own thread.</summary>
    internal bool IsExpensive => Cost > InlineLimit && share < SamplingOptions.Unlimited;

    internal bool IsReady => !IsRunning && time.GetTimestamp() >= _restsUntil;

    internal int Errno { get; private set; }

    /// <summary>Delays the next walk until some nanoseconds after a timestamp.</summary>
    internal void Rest(long from, long nanoseconds) => _restsUntil = from + time.Timestamps(nanoseconds);

    /// <summary>Runs or starts a walk if one is wanted and allowed. Returns true when the results of one are ready.</summary>
    internal bool Poll(bool wanted)
    {
        if (IsRunning)
            return _done.WaitOne(0) && Finish();
        if (!wanted || !IsReady)
            return false;
        IsRunning = true;
        StartedAt = time.GetTimestamp();
        if (!IsExpensive)
        {
            Run();
            return Finish();
        }
        if (_thread is null)
        {
            _thread = new Thread(Loop) { Name = "walk", IsBackground = true };
            _thread.Start();
        }
        _begin.Set();
        return false;
    }

    bool Finish()
    {
        IsRunning = false;
        TotalCost += Cost;
        Walks++;
        events?.Walked(TimeSpan.FromTicks(Duration / TimeSpan.NanosecondsPerTick));
        var paidUntil = Math.Clamp(_restsUntil, StartedAt - time.Timestamps((long)credit.TotalNanoseconds), StartedAt);
        _restsUntil = Math.Max(_restsUntil, paidUntil + time.Timestamps(Interval));
        if (_thrown is { } thrown)
        {
            _thrown = null;
            throw new InvalidOperationException("a walk threw", thrown);
        }
        return true;
    }

    void Loop()
    {
        while (_begin.WaitOne() && !_stopping)
        {
            Run();
            _done.Set();
        }
    }

    void Run()
    {
        var cpu = Libc.ThreadCpuTime();
        try
        {
            Errno = walk();
        }
        catch (Exception e)
        {
            _thrown = e;
        }
        Cost = Libc.ThreadCpuTime() - cpu;
        Duration = time.Nanoseconds(time.GetTimestamp() - StartedAt);
    }

    public void Dispose()
    {
        _stopping = true;
        _begin.Set();
        if (_thread?.Join(TimeSpan.FromSeconds(3)) ?? true)
        {
            _begin.Dispose();
            _done.Dispose();
        }
    }
}
