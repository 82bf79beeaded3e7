using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The walk of all processes on its own lane: one for all sources that need it. A walk every fifteen seconds costs a host with a thousand
/// processes a quarter of a millisecond of CPU a second; with very many, walks are spaced out.
/// </summary>
sealed class ProcessWatch : IDisposable
{
    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    /// <summary>Time between two walks at the default budget.</summary>
    static readonly TimeSpan s_period = TimeSpan.FromSeconds(15);

    readonly ProcessWalk _walk;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly long _period;
    long _polledAt = KernelValue.Absent;

    internal ProcessWatch(KernelRoot root, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
    {
        (Path, _walk, _time) = (root.ProcFs, new ProcessWalk(root), time);
        _period = options.Spaced(s_period);
        _lane = new CpuBudget(options.WalkBudget * Share, _walk.Walk, time, events: events);
    }

    internal string Path { get; }

    /// <summary>True while a walk runs on its own thread.</summary>
    internal bool IsWalking => _lane.IsRunning;

    /// <summary>Whether the last walk succeeded.</summary>
    internal bool IsKnown { get; private set; }

    internal int Errno => _lane.Errno;

    /// <inheritdoc cref="ProcessWalk.IsHidden"/>
    internal bool IsHidden => _walk.IsHidden;

    /// <inheritdoc cref="ProcessWalk.Processes"/>
    internal ReadOnlySpan<ProcessRecord> Processes => IsKnown ? _walk.Processes : [];

    /// <inheritdoc cref="ProcessWalk.Own"/>
    internal ulong Own => _walk.Own;

    /// <inheritdoc cref="ProcessWalk.Network"/>
    internal ulong Network => _walk.Network;

    internal long Omitted => IsKnown ? _walk.Omitted : 0;

    /// <summary>True at the tick at which a new walk, successful or not, has ended.</summary>
    internal bool HasWalked { get; private set; }

    /// <summary>When the processes were listed, by the monotonic clock.</summary>
    internal long WalkedAt { get; private set; }

    /// <summary>Called by each source at each tick; only the first call of a tick does something.</summary>
    internal void Poll(in Tick tick)
    {
        if (tick.Timestamp == _polledAt)
            return;
        _polledAt = tick.Timestamp;
        HasWalked = _lane.Poll(wanted: true);
        if (!HasWalked)
            return;
        _lane.Rest(_lane.StartedAt, Math.Max(_period, _lane.Interval));
        IsKnown = _lane.Errno == 0;
        if (IsKnown)
            _walk.Take();
        WalkedAt = _lane.StartedAt;
    }

    /// <summary>Nanoseconds since the processes were listed.</summary>
    internal long Age(in Tick tick) => _time.Nanoseconds(Math.Max(0, tick.Timestamp - WalkedAt));

    public void Dispose()
    {
        _lane.Dispose();
        _walk.Dispose();
    }
}
