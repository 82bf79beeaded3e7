using System.Runtime.InteropServices;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// What limits the established connections: application, receiver, send buffer or network, with their round trips and what was sent again.
/// The kernel measures it for each connection, and reading one takes that connection's lock, so a sample is read: the connections of some
/// client ports, which is as random as the ports are.
/// </summary>
sealed class Connections : Source
{
    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    /// <summary>Long enough for a limit to show, short enough to see most connections twice.</summary>
    static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    readonly ConnectionScan? _scan;
    readonly Listeners _listeners;
    readonly SlotRef _established;
    readonly SocketCounters _counters;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly long _period;
    readonly AgentEvents? _events;
    readonly ConnectionCensus _census = new();
    readonly ConnectionGroups _groups;
    readonly RoundTripMemory? _memory;

    /// <summary>Looks that compared, connections compared, and connections that there were at each look.</summary>
    readonly WindowedTotals _looks;
    ReadStatus _status = ReadStatus.Absent;
    long _abandoned;
    int _parts = 1;
    bool _haveMoved;

    /// <param name="scan">Null where sock_diag would answer for another kernel.</param>
    /// <param name="listeners">Tell which connections were accepted, and by whom.</param>
    /// <param name="snmp">Counts the connections.</param>
    /// <param name="counters">Tell whether any connection did something.</param>
    /// <param name="options">The walk budget and the peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Has the histograms.</param>
    /// <param name="memory">Round trips of closed connections; null where the kernel is not asked.</param>
    internal Connections(
        ConnectionScan? scan, Listeners listeners, Source snmp, SocketCounters counters, SamplingOptions options, TimeProvider time,
        AgentEvents? events = null, RoundTripMemory? memory = null)
        : base("connections", ConnectionRows.Totals, ConnectionRows.Groups, RoundTripMemory.Rows)
    {
        (_scan, _listeners, _counters, _time, _events, _memory) = (scan, listeners, counters, time, events, memory);

        _period = options.SpacedByTicks(s_period);
        _established = new SlotRef(snmp[SnmpRows.Rows], SnmpRows.TcpCurrEstab);
        _groups = new ConnectionGroups(InstanceOf, options.PeakWindow, time);
        _looks = new WindowedTotals(3, options.PeakWindow, time);
        _lane = new CpuBudget(options.WalkBudget * Share, () => _scan!.Take(_census), time, events: events);
        Mode = "sock_diag";
    }

    /// <summary>True while a look runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    /// <summary>The listeners are read before, so those of this tick are known.</summary>
    internal override ReadStatus Read(in Tick tick)
    {
        if (_scan is null)
            return ReadStatus.Absent;
        _haveMoved |= _counters.HaveMoved();
        if (Poll(_scan, tick))
            Take(tick);
        if (_looks.Total(0) > 0)
            this[ConnectionRows.Totals][0][ConnectionRows.Age] = _time.Nanoseconds(Math.Max(0, tick.Timestamp - _lane.StartedAt));
        return _status;
    }

    /// <summary>The destinations of this tick are known by now.</summary>
    internal override void Derive(in Tick tick) => _memory?.Take(tick, this[RoundTripMemory.Rows]);

    /// <summary>Changes from the start of a look on trigger the next.</summary>
    bool Poll(ConnectionScan scan, in Tick tick)
    {
        var isDue = IsDue(tick);
        if (isDue && _lane.IsReady)
        {
            Prepare(scan);
            _haveMoved = false;
        }
        return _lane.Poll(isDue);
    }

    /// <summary>
    /// A look walks the kernel's whole table of connections, which costs a millisecond even if it is empty. Where one look sees all of
    /// them, none is taken while no segment comes or goes, until the longest rest. The second look is, because the first compares nothing.
    /// </summary>
    bool IsDue(in Tick tick)
    {
        if (_lane.Walks == 0)
            return true;
        var elapsed = _time.Nanoseconds(tick.Timestamp - _lane.StartedAt);
        return elapsed >= (long)CpuBudget.LongestRest.TotalNanoseconds
            || (elapsed >= _period && (_haveMoved || _parts > 1 || _looks.Total(0) == 0 || _status.Outcome != Outcome.Ok));
    }

    void Prepare(ConnectionScan scan)
    {
        scan.Connections = Math.Max(0, _established.Value);
        scan.Listening.Clear();
        foreach (var listener in _listeners.Known)
            scan.Listening.Add(listener.Endpoint.Port);
    }

    void Take(in Tick tick)
    {
        if (_lane.Errno != 0)
        {
            Withdraw();
            _status = ReadStatus.OptionalFamily(_scan!.Where, _lane.Errno);
            return;
        }
        _status = Account(_scan!.Where, _census.Malformed);
        _abandoned += _census.IsTooMany ? 1 : 0;
        if (_census.HasCompared)
            TakeSample(tick.Timestamp);
        Store();
    }

    void TakeSample(long timestamp)
    {
        foreach (ref var sample in CollectionsMarshal.AsSpan(_census.Samples))
        {
            sample.Key = KeyOf(sample);
            _events?.Connections.Add(
                sample.Key.IsIncoming, sample.RoundTrip, sample.LowestRoundTrip, sample.Sent, sample.Retransmitted, _census.Parts);
        }
        _parts = _census.Parts;
        _groups.Take(timestamp, _census);
        _looks.Add(timestamp, [1, _census.Samples.Count, Math.Max(_census.Seen, _established.Value)]);
    }

    ConnectionKey KeyOf(in ConnectionSample sample) =>
        _listeners.For(sample.Local) is { } listener ? new ConnectionKey(IsIncoming: true, listener.Endpoint)
        : _scan!.Ports.IsRemote(sample.Local.Port) ? new ConnectionKey(IsIncoming: true, default)
        : new ConnectionKey(IsIncoming: false, sample.Remote);

    /// <summary>A listener's own instance, by which its owner is known.</summary>
    EndpointInstance InstanceOf(ConnectionKey key) =>
        key.IsIncoming && _listeners.For(key.Endpoint) is { } listener ? listener.Instance : new EndpointInstance(key.Endpoint);

    void Store()
    {
        Withdraw();
        var totals = this[ConnectionRows.Totals][0];
        (totals[ConnectionRows.Looks], totals[ConnectionRows.Abandoned]) = (_lane.Walks, _abandoned);
        if (_looks.Total(0) == 0)
            return;
        (totals[ConnectionRows.Sampled], totals[ConnectionRows.SampledOf]) = (_looks.Recent(1), _looks.Recent(2));
        totals[ConnectionRows.Parts] = _parts;
        _groups.Store(this[ConnectionRows.Groups], _parts == 1 ? 0 : _looks.Recent(0));
    }

    internal override void Reopen()
    {
        // A running look keeps its socket and files.
        if (!_lane.IsRunning)
            _scan?.Close();
        _memory?.Close();
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _scan?.Dispose();
        _memory?.Dispose();
        base.Dispose();
    }
}
