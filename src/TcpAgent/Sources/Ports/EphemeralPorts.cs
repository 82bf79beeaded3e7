using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Local ports in use by source, destination and port. When one such tuple holds them all, connect() fails with EADDRNOTAVAIL and no kernel
/// counter moves: this is the only proof. A scan runs when connections were opened since the last one, at each tick while a tuple is near
/// the limit, on the slow lane when any socket or sysctl changed, and once a minute. An expensive scan keeps half of its share in reserve,
/// so that it can run at once when enough connections were opened to bring a tuple near the limit.
/// </summary>
sealed class EphemeralPorts : Source
{
    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.2;

    /// <summary>The part of the share that may be kept in reserve.</summary>
    static readonly TimeSpan s_credit = TimeSpan.FromMinutes(1);

    /// <summary>A tuple is exported from this many ports on, or from a fiftieth of the usable ones.</summary>
    const int Floor = 16, FloorPart = 50;

    /// <summary>Consecutive scans that may fail before the last result is withdrawn.</summary>
    const int MaxFailures = 3;

    readonly PortScan? _look;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly SlotRef _activeOpens;
    readonly SocketCounters _counters;
    readonly PortInstances _instances = new();
    readonly ReuseWatch _reuse;
    readonly PeerTable _peers;
    readonly PeerTrouble _trouble;
    PortCensus _census = new();
    PortCensus _next = new();
    ReadStatus _status;
    long _opensAtStart = Absent;
    long _opensAtLook = Absent;
    long _lookedAt;
    int _failures;
    bool _hasMoved;

    /// <summary>True if a socket changed since the last scan, or may have; the slow lane then scans.</summary>
    bool _hasChanged;

    /// <param name="look">Null where sock_diag would answer for another kernel.</param>
    /// <param name="snmp">Counts the connections opened.</param>
    /// <param name="counters">Show that a socket changed.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the scans, which are walks too.</param>
    /// <param name="netstat">Shows whether ports are reused, and that peers do not answer or read; as of the previous tick.</param>
    internal EphemeralPorts(
        PortScan? look, Source snmp, SocketCounters counters, SamplingOptions options, TimeProvider time, AgentEvents? events = null,
        Source? netstat = null)
        : base(
            "ports", EphemeralPortRows.Tuples, EphemeralPortRows.Totals, EphemeralPortRows.Listening, EphemeralPortRows.Sources,
            PeerRows.Connections)
    {
        (_look, _counters, _time) = (look, counters, time);
        _reuse = new ReuseWatch(netstat is null ? null : new SlotRef(netstat[NetstatRows.Rows], NetstatRows.TWRecycled), time);
        _trouble = new PeerTrouble(netstat?[NetstatRows.Rows]);
        _peers = new PeerTable(PeerRows.ConnectionColumns, options.PeakWindow, time);
        _activeOpens = new SlotRef(snmp[SnmpRows.Rows], SnmpRows.TcpActiveOpens);
        _lane = new CpuBudget(options.WalkBudget * Share, () => look!.Take(_next), time, s_credit, events);
        Mode = "sock_diag";
    }

    /// <summary>True while a scan runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    /// <summary>True if there is a valid scan; otherwise the values below are empty.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Ports that one tuple can hold: usable and without a listener.</summary>
    internal long Limit => _census.Usable - _census.Listening;

    /// <summary>The tuples that hold the most local ports, however few, in order.</summary>
    internal ReadOnlySpan<HeldPorts> Worst => _census.Worst;

    /// <summary>The ports of a tuple, whether it is among the fullest or not.</summary>
    internal HeldPorts Of(in PortTuple tuple) => _census.Table.Of(tuple);

    /// <summary>Source addresses whose different local ports were counted.</summary>
    internal List<SourcePorts> SourcesCounted => _census.Sources;

    /// <summary>True if all ports of the tuple are held, and those in TIME_WAIT are not reused although the sysctls allow it.</summary>
    internal bool IsNotReused(in HeldPorts one) => _reuse.IsProvenIdle(one, Limit, _time.GetTimestamp());

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (_look is null)
            return ReadStatus.Absent;
        _hasMoved |= _trouble.IsNew();
        _hasChanged |= _counters.HaveMoved();
        _hasMoved |= _activeOpens.HasChanged || _activeOpens.Value == Absent || (tick.IsSlow && MayHaveChanged())
            || _time.GetElapsedTime(_lookedAt, tick.Timestamp) >= CpuBudget.LongestRest;
        if (Poll(tick))
        {
            TakeLook(tick);

            // The result of a scan on its own thread is collected a tick after it began, and the next may begin at once.
            if (_lane.IsExpensive)
                Poll(tick);
        }
        if (IsKnown)
            Store(tick);
        _peers.Store(this[PeerRows.Connections], tick.Timestamp);
        return _status;
    }

    /// <summary>Runs here because netstat is read after the ports.</summary>
    internal override void Derive(in Tick tick)
    {
        _reuse.Update(tick.Timestamp);
        _trouble.Update();
    }

    /// <summary>True for changes that take no port: ports are freed, a listener appears, a sysctl changes.</summary>
    bool MayHaveChanged() => _hasChanged || !IsKnown || _status.Outcome != Outcome.Ok || (!IsLooking && _look!.HaveSettingsChanged());

    /// <summary>Changes from the start of a scan on trigger the next.</summary>
    bool Poll(in Tick tick)
    {
        var isDue = IsDue(tick);
        if (isDue && _lane.IsReady)
            (_hasMoved, _hasChanged, _opensAtStart) = (false, false, _activeOpens.Value);
        return _lane.Poll(isDue);
    }

    bool IsDue(in Tick tick)
    {
        if (!IsKnown)
            return _hasMoved;
        var level = Level(Held);
        if (!_lane.IsExpensive)
            return _hasMoved || level > 0;

        // Each port that a tuple took since then was an active open, so no tuple can hold more than the fullest did plus all of those.
        var isCounted = _activeOpens.Value != Absent && _opensAtLook != Absent;
        if (isCounted && Level(Held + _activeOpens.Value - _opensAtLook) > level)
            return true;
        var rested = _time.Nanoseconds(tick.Timestamp - _lookedAt);
        return (_hasMoved || level > 0) && rested >= _lane.Interval * (level == 2 ? 1 : 2);
    }

    /// <summary>Ports of the fullest tuple, or source address where that holds more.</summary>
    long Held
    {
        get
        {
            var held = _census.Worst.IsEmpty ? 0 : _census.Worst[0].Held;
            foreach (var source in _census.Sources)
                held = source.IsBound ? Math.Max(held, source.Distinct) : held;
            return held;
        }
    }

    /// <summary>0 for few ports, 1 from four fifths on, 2 for all.</summary>
    int Level(long held) => held >= Limit ? 2 : held * 5 >= Limit * 4 ? 1 : 0;

    void TakeLook(in Tick tick)
    {
        if (_lane.Errno != 0)
        {
            Fail(_lane.Errno);
            return;
        }
        (_census, _next) = (_next, _census);
        (IsKnown, _failures, _lookedAt, _opensAtLook) = (true, 0, _lane.StartedAt, _opensAtStart);
        _hasMoved |= _census.HasUncounted;
        _reuse.Observe(_census.Worst.IsEmpty ? default : _census.Worst[0], Limit, _lookedAt);
        _peers.Observe(_census.Peers, tick.Timestamp);
        _status = Account(_look!.Where, _census.Malformed);
    }

    /// <summary>Keeps the last result for a while, with its age exported; a failed scan is retried.</summary>
    void Fail(int errno)
    {
        Malformed += errno == Libc.EBADMSG ? 1 : 0;
        _failures++;
        if (_failures < MaxFailures)
        {
            _hasMoved = true;
            if (IsKnown)
                return;
        }
        IsKnown = false;

        _status = ReadStatus.OptionalFamily(_look!.Where, errno);
    }

    void Store(in Tick tick)
    {
        var floor = Math.Min(Floor, Math.Max(1, _census.Usable / FloorPart));
        foreach (ref readonly var tuple in _census.Worst)
        {
            if (tuple.Held < floor)
                break;
            var slots = this[EphemeralPortRows.Tuples].Add(InstanceOf(tuple.Tuple));
            (slots[EphemeralPortRows.Used], slots[EphemeralPortRows.TimeWait]) = (tuple.Held, tuple.TimeWait);
            (slots[EphemeralPortRows.Fresh], slots[EphemeralPortRows.NotReused]) = (tuple.Fresh, IsNotReused(tuple) ? 1 : 0);
        }
        var totals = this[EphemeralPortRows.Totals][0];
        totals[EphemeralPortRows.Usable] = _census.Usable;
        totals[EphemeralPortRows.Reserved] = _census.Reserved;
        totals[EphemeralPortRows.ListeningPorts] = _census.Listening;
        totals[EphemeralPortRows.TupleCount] = _census.Tuples;
        totals[EphemeralPortRows.Omitted] = _census.Omitted;
        foreach (var port in _census.Unreserved)
            this[EphemeralPortRows.Listening].Add(_instances.Of(port))[EphemeralPortRows.Unreserved] = 1;
        foreach (var source in _census.Sources)
            this[EphemeralPortRows.Sources].Add(InstanceOf(source.Source))[EphemeralPortRows.Distinct] = source.Distinct;
        totals[EphemeralPortRows.Age] = _time.Nanoseconds(Math.Max(0, tick.Timestamp - _lookedAt));
    }

    internal TupleInstance InstanceOf(in PortTuple tuple) => _instances.Of(tuple, _census);

    internal SourceInstance InstanceOf(in Endpoint source) => _instances.Of(source);

    internal override void Reopen()
    {
        // A running scan keeps its files, which are reopened when it fails or at the next reload.
        if (!IsLooking)
            _look?.Reopen();
        _hasChanged = true;
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _look?.Dispose();
        base.Dispose();
    }
}
