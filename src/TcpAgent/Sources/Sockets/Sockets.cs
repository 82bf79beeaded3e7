using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// TCP sockets by state. Walks count the rare states as often as the budget allows. TIME_WAIT and ESTABLISHED, which may be hundreds of
/// thousands, are computed at each tick from sockstat, snmp and the last walk.
/// </summary>
sealed class Sockets : Source
{
    /// <summary>Shares of the walk budget; the rest is for waiting connections and ephemeral ports.</summary>
    const double WalkShare = 0.6, CheckShare = 0.1;

    /// <summary>The assumed cost of the more expensive walks relative to a filtered one, until one has been measured.</summary>
    const int FullCostFactor = 12, ProcCostFactor = 20;

    readonly ISocketTable? _diag;
    readonly ISocketTable _proc;
    readonly SocketCounters _counters;
    readonly Listeners? _listeners;
    readonly TimeProvider _time;
    readonly SamplingOptions _options;
    readonly PeakWindow _peakWindow;
    readonly CpuBudget _walk;
    readonly CpuBudget _checkLane;
    readonly SocketCheck _check;
    readonly PeerTable _peers;
    readonly ConnectRanking _connects;
    readonly CloseWaitPile _pile;
    readonly int _synLinearTimeouts;
    ISocketTable _table;
    SocketCensus _census = new();
    SocketCensus _next = new();
    ReadStatus _status;
    long _procCost;
    long _firstWalkAt;
    long _censusAt;
    bool _walked;
    bool _walkedNow;

    /// <summary>
    /// True if a socket has changed since the last walk, or may have. On an idle host a walk costs more than everything else.
    /// </summary>
    bool _isDue = true;

    /// <param name="diag">Null where sock_diag would answer for another kernel than the one behind <paramref name="proc"/>.</param>
    /// <param name="proc">The fallback where sock_diag cannot be used.</param>
    /// <param name="counters">The counters for the arithmetic.</param>
    /// <param name="check">The comparison with a full count.</param>
    /// <param name="listeners">Receives the result of each walk; null when switched off.</param>
    /// <param name="options">Budget, interval and peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the walks.</param>
    /// <param name="synLinearTimeouts">tcp_syn_linear_timeouts; 0 where the kernel has no such sysctl.</param>
    internal Sockets(
        ISocketTable? diag, ISocketTable proc, SocketCounters counters, SocketCheck check, Listeners? listeners, SamplingOptions options,
        TimeProvider time, AgentEvents? events = null, int synLinearTimeouts = 0)
        : base("sockets", SocketRows.States, SocketRows.Peaks, SocketRows.CheckDifferences, SocketRows.Walk, PeerRows.Syns,
            PeerRows.Connects)
    {
        (_diag, _proc, _counters, _check, _listeners, _options, _time) = (diag, proc, counters, check, listeners, options, time);
        (_table, _synLinearTimeouts) = (diag ?? proc, synLinearTimeouts);
        Mode = _table.Mode;
        _peers = new PeerTable(PeerRows.SynColumns, options.PeakWindow, time, synLinearTimeouts);
        _connects = new ConnectRanking(synLinearTimeouts);
        _peakWindow = new PeakWindow(SocketCensus.StateCount, options.PeakWindow, time);
        _pile = new CloseWaitPile(time);
        _walk = new CpuBudget(options.WalkBudget * WalkShare, () => _table.Walk(_next, full: false), time, events: events);
        _checkLane = new CpuBudget(options.WalkBudget * CheckShare, () => _check.Walk(_table), time, events: events);
    }

    /// <summary>True while a walk runs on its own thread.</summary>
    internal bool IsWalking => _walk.IsRunning || _checkLane.IsRunning;

    /// <summary>Connections of each cgroup that are stuck in a state, as of the last walk; null before the first.</summary>
    internal CgroupCensus? Cgroups => _walked ? _census.Cgroups : null;

    /// <summary>Milliseconds since a SYN was first sent.</summary>
    internal long SynAgeOf(in CgroupSockets sockets) =>
        SynAge.Milliseconds(sockets.Retransmits, sockets.Expires, _synLinearTimeouts);

    internal override bool HasFallback => true;

    internal override ReadStatus Read(in Tick tick)
    {
        _walkedNow = false;

        _isDue |= _counters.HaveMoved() || !_walked || _census.ChangesUncounted || MustLookAgain(tick);

        // After a failure sock_diag is retried on slow ticks only.
        if (tick.IsSlow && _diag is not null && !IsWalking)
            _table = _diag;
        if (!_checkLane.IsRunning && PollWalk())
        {
            TakeWalk();

            // The result of a walk on its own thread is collected a tick after it began, and the next begins at once.
            if (_walk.IsExpensive)
                PollWalk();
        }
        if (_checkLane.Walks == 0 && _check.MustCalibrate(_census))
            _checkLane.Rest(tick.Timestamp, 0);
        if (!_walk.IsRunning && _checkLane.Poll(_walked && _table == _diag && _check.IsWanted(_census, _checkLane.StartedAt)))
            TakeCheck();
        return _status;
    }

    /// <summary>
    /// An incomplete walk is repeated on the slow lane. So is one of /proc/net/tcp, because nothing else shows the accept queues there: no
    /// counter moves when a process accepts.
    /// </summary>
    bool MustLookAgain(in Tick tick) =>
        _time.GetElapsedTime(_censusAt, tick.Timestamp) >= CpuBudget.LongestRest
            || (tick.IsSlow && (_table == _proc || _status.Outcome != Outcome.Ok));

    /// <summary>Changes from the start of a walk on trigger the next.</summary>
    bool PollWalk()
    {
        var isDue = _isDue;
        if (_walk.IsReady)
            _isDue = false;
        return _walk.Poll(isDue);
    }

    void TakeWalk()
    {
        if (_walk.Errno != 0 && _table == _diag)
        {
            _table = _proc;
            _walk.Cost = Math.Max(_walk.Cost * ProcCostFactor, _procCost);
            _walk.Rest(_walk.StartedAt, 0);
            if (_walk.Poll(wanted: true))
                TakeWalk();
            return;
        }
        if (_table == _proc)
            _procCost = _walk.Cost;
        if (_walk.Errno != 0)
        {
            Withdraw();
            _listeners?.Lose();
            _walked = false;

            // A plain directory may lack the table, as it lacks netlink; a kernel's /proc always has it.
            _status = _diag is null ? ReadStatus.Optional(_table.Where, _walk.Errno) : ReadStatus.Failed(_table.Where, _walk.Errno);
            return;
        }
        if (_checkLane.Walks == 0 && !_checkLane.IsRunning)
            RestBeforeFirstCheck();
        (_census, _next) = (_next, _census);
        (_walked, _walkedNow, _censusAt, Mode) = (true, true, _walk.StartedAt, _table.Mode);
        _status = Account(_table.Where, _census.Malformed);
    }

    /// <summary>
    /// A full count is expensive on a large host: its share is saved up before the first, not paid back after. The cheapest walk so far
    /// gives the estimate, because the very first includes the runtime's start.
    /// </summary>
    void RestBeforeFirstCheck()
    {
        if (_firstWalkAt == 0)
            _firstWalkAt = _walk.StartedAt;
        var cost = _walk.Cost * FullCostFactor;
        _checkLane.Cost = _checkLane.Cost == 0 ? cost : Math.Min(_checkLane.Cost, cost);
        _checkLane.Rest(_firstWalkAt, Math.Max(_checkLane.Interval, (long)SocketCheck.FirstAfter.TotalNanoseconds));
    }

    void TakeCheck()
    {
        if (_checkLane.Errno == 0)
            _check.Compare(this[SocketRows.CheckDifferences][0].Values);
    }

    internal override void Derive(in Tick tick)
    {
        this[PeerRows.Syns].Withdraw();
        this[PeerRows.Connects].Withdraw();
        if (_walkedNow)
        {
            _peers.Observe(_census.Syns, tick.Timestamp);
            _peers.ObserveScattered(_census.Syns, tick.Timestamp);
            _connects.Rank(_census.Syns);
        }
        _peers.Store(this[PeerRows.Syns], tick.Timestamp);
        if (!_walked)
            return;
        _connects.Store(this[PeerRows.Connects]);
        if (_walkedNow)
            _listeners?.Observe(tick, _census);
        if (_walkedNow && _census.IsComplete)
            _check.Calibrate(_census, _counters.CurrEstab);
        var states = this[SocketRows.States][0].Values;
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            states[(int)state - 1] = _census[state];
        if (_listeners is { SocketCount: not Absent } listeners)
            states[(int)TcpState.Listen - 1] = listeners.SocketCount;
        if (!_census.IsComplete || !_walkedNow)
        {
            states[(int)TcpState.TimeWait - 1] = _counters.TimeWait(_census.FinWait2MiniSockets);
            states[(int)TcpState.Established - 1] = _counters.Established(_census[TcpState.CloseWait], _check.CurrEstabHasCloseWait);
        }

        _peakWindow.Record(tick.Timestamp, states);
        for (var i = 0; i < states.Length; i++)
            this[SocketRows.Peaks][0].Values[i] = _peakWindow[i];
        _pile.Update(tick.Timestamp, _census, _walkedNow, isUnchanged: !_isDue && !_walk.IsRunning);
        FillWalk(tick, this[SocketRows.Walk][0], states[(int)TcpState.Listen - 1]);
    }

    void FillWalk(in Tick tick, Slots walk, long listening)
    {
        walk[SocketRows.Transient] = _counters.Transient(listening, _census[TcpState.CloseWait], _check.CurrEstabHasCloseWait);
        walk[SocketRows.WalkInterval] = Math.Max(_walk.Interval, (long)_options.Interval.TotalNanoseconds);
        walk[SocketRows.HeldCloseWait] = _census[TcpState.CloseWait] - _census.AbandonedCount;
        walk[SocketRows.StayingCloseWait] = _pile.Staying;
        var age = Math.Max(0, tick.Timestamp - _censusAt);
        walk[SocketRows.WalkAge] = _isDue || _walk.IsRunning ? _time.Nanoseconds(age) : 0;
        walk[SocketRows.WalkDuration] = _walk.Duration;
        walk[SocketRows.Walks] = _walk.Walks;
        walk[SocketRows.WalkCpu] = _walk.TotalCost;
        walk[SocketRows.Checks] = _checkLane.Walks;
        walk[SocketRows.CheckCpu] = _checkLane.TotalCost;
    }

    internal override void Reopen()
    {
        // A running walk keeps its socket, which is reopened when it fails or at the next reload.
        if (!IsWalking)
            _diag?.Reopen();
        _isDue = true;
    }

    public override void Dispose()
    {
        _walk.Dispose();
        _checkLane.Dispose();
        _check.Dispose();
        _diag?.Dispose();
        _proc.Dispose();
        base.Dispose();
    }
}
