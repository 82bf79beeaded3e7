using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Local ports in use by source, destination and port. When one such tuple holds them all, connect() fails with EADDRNOTAVAIL and
/// no counter of the kernel moves: this is the only proof. Looked at when connections were opened since the last look, at each
/// tick while a tuple is near the limit, with the slow lane when any socket or a setting changed, and once a minute. A dear look
/// keeps half of its share back for the moment when so many connections were opened that a tuple may be near the limit, or at it:
/// that is seen at once.
/// </summary>
sealed class EphemeralPorts : Source
{
    /// <summary>Of the walk budget.</summary>
    const double Share = 0.2;

    /// <summary>How much of the share may be kept back.</summary>
    static readonly TimeSpan s_credit = TimeSpan.FromMinutes(1);

    /// <summary>A tuple is exported from so many ports on, or from a fiftieth of the usable ones.</summary>
    const int Floor = 16, FloorPart = 50;

    /// <summary>Looks that may fail in a row before the last result is withdrawn.</summary>
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

    /// <summary>A socket changed since the last look, or may have; the slow lane sees to it.</summary>
    bool _hasChanged;

    /// <param name="look">Null where sock_diag would speak of another kernel.</param>
    /// <param name="snmp">Counts the connections opened.</param>
    /// <param name="counters">Show that a socket changed.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the looks, which are walks too.</param>
    /// <param name="netstat">Shows whether ports are taken again, and that peers do not answer or read; as of the tick before.</param>
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

    /// <summary>A look is under way on a thread of its own.</summary>
    internal bool IsLooking => _lane.IsRunning;

    /// <summary>What the last look found stands; without that there is nothing of it below.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Ports that one tuple can hold: usable and not listened on.</summary>
    internal long Limit => _census.Usable - _census.Listening;

    /// <summary>The tuples that hold most local ports, however few, the first of all first.</summary>
    internal ReadOnlySpan<HeldPorts> Worst => _census.Worst;

    /// <summary>What a tuple holds, one of the worst or not.</summary>
    internal HeldPorts Of(in PortTuple tuple) => _census.Table.Of(tuple);

    /// <summary>Source addresses whose different local ports were counted.</summary>
    internal List<SourcePorts> SourcesCounted => _census.Sources;

    /// <summary>All ports of the tuple are held, and those in TIME_WAIT are not taken again although the settings allow it.</summary>
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

            // One on its own thread is taken a tick after it began: the next may begin at once.
            if (_lane.IsDear)
                Poll(tick);
        }
        if (IsKnown)
            Store(tick);
        _peers.Store(this[PeerRows.Connections], tick.Timestamp);
        return _status;
    }

    /// <summary>netstat comes after the ports.</summary>
    internal override void Derive(in Tick tick)
    {
        _reuse.Update(tick.Timestamp);
        _trouble.Update();
    }

    /// <summary>Without a port being taken: ports are given back, one is listened on, a setting is another.</summary>
    bool MayHaveChanged() => _hasChanged || !IsKnown || _status.Outcome != Outcome.Ok || (!IsLooking && _look!.HaveSettingsChanged());

    /// <summary>What happens from the start of a look on calls for the next.</summary>
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
        if (!_lane.IsDear)
            return _hasMoved || level > 0;

        // Each port that a tuple took since was an active open: no tuple can hold more than the fullest did and all of them.
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

    /// <summary>0 for few ports, 1 from four fifths on, 2 for all there are.</summary>
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
        Malformed += _census.Malformed;
        _hasMoved |= _census.HasUncounted;
        _reuse.Observe(_census.Worst.IsEmpty ? default : _census.Worst[0], Limit, _lookedAt);
        _peers.Observe(_census.Peers, tick.Timestamp);
        _status = _census.Malformed == 0 ? ReadStatus.Ok : ReadStatus.Malformed(_look!.Where, _census.MalformedLine);
    }

    /// <summary>The last result stands for a while, and its age shows; a look that failed is tried again.</summary>
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
        // A look under way keeps its files; they are opened anew when it fails or at the next reload.
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
