using System.Runtime.CompilerServices;
using Prometheus;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Derives from the sources, at each tick, the use, limit, losses and peak of every bounded resource, and the drop ledger. It reads nothing
/// itself and comes last in the sampler's list.
/// </summary>
sealed class ResourceMonitor : Source
{
    internal static readonly Rows SubjectRows = new("resource", "subject");

    internal static readonly Row Subject = SubjectRows.Gauge(
        "tcpagent_resource_subject", "Always 1. Label subject: the listener, CPU, device, queue or destination behind the resource's figures, while it is near its limit or loses something.");

    /// <summary>Limits the instances kept for recurring subjects. It bounds a cache, not what is exported.</summary>
    const int MaxSubjects = 1024;

    readonly ResourceGauge[] _gauges;
    readonly DropGauge[] _stages;
    readonly (Row Row, Tally Tally, WindowedTotal Counted)[] _recent;
    readonly WindowedTotal _covered;
    readonly Dictionary<(Resource Resource, Instance Of), SubjectInstance> _subjects = [];

    /// <summary>Counters of changes, by the new state.</summary>
    readonly Counter.Child?[] _changes;

    readonly TimeProvider _time;
    long _lastTimestamp = KernelValue.Absent;
    ResourceState _worst;
    long _worstSince = KernelValue.Absent;

    internal ResourceMonitor(IReadOnlyList<Source> sources, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base("resources", ResourceRows.Rows, SubjectRows, DropRows.Rows, RecentRows.Rows)
    {
        var wiring = new Wiring(sources);
        _time = time;
        Mode = "computed";
        _gauges = Array.ConvertAll(ResourceCatalog.All, row => new ResourceGauge(row, wiring, options, time));
        _stages = Array.ConvertAll(DropStages.All, row => new DropGauge(row, wiring, options.PeakWindow, time));
        _recent = Array.ConvertAll(RecentRows.Counts, row => (row.Row, row.Tally(wiring), new WindowedTotal(options.PeakWindow, time)));
        _covered = new WindowedTotal(options.PeakWindow, time);
        _changes = Array.ConvertAll(
            [ResourceState.Ok, ResourceState.Near, ResourceState.Limiting], state => events?.VerdictChangesTo(state.Name()));
    }

    internal override ReadStatus Read(in Tick tick) => ReadStatus.Ok;

    internal override void Derive(in Tick tick)
    {
        Withdraw();
        var worst = ResourceState.Ok;
        for (var i = 0; i < _gauges.Length; i++)
        {
            var gauge = _gauges[i];
            var before = gauge.State;
            gauge.Update(tick);
            if (gauge.State != before)
                _changes[(int)gauge.State]?.Inc();
            if (!gauge.IsKnown)
                continue;
            worst = gauge.State > worst ? gauge.State : worst;
            var slots = this[ResourceRows.Rows].Add(gauge.Resource.Instance);
            gauge.Store(slots);
            if (gauge.Subject is { } of && (gauge.State != ResourceState.Ok || slots[ResourceRows.RecentLosses] > 0))
                this[SubjectRows]
                    .Add(_subjects.TryGetValue((gauge.Resource, of), out var known) ? known : Learn(gauge.Resource, of))[Subject] = 1;
        }
        foreach (var stage in _stages)
            stage.Update(tick, this[DropRows.Rows]);
        if (worst != _worst && _lastTimestamp != KernelValue.Absent)
            _worstSince = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _worst = worst;
        CountRecent(tick);
    }

    void CountRecent(in Tick tick)
    {
        var slots = this[RecentRows.Rows][0];
        foreach (var (row, tally, counted) in _recent)
        {
            tally.Update();
            counted.Add(tick.Timestamp, tally.Increase);
            slots[row] = tally.Total == KernelValue.Absent ? KernelValue.Absent : counted.Recent;
        }
        _covered.Add(tick.Timestamp, _lastTimestamp == KernelValue.Absent ? 0 : _time.Nanoseconds(tick.Timestamp - _lastTimestamp));
        slots[RecentRows.Covered] = _covered.Recent;
        slots[RecentRows.VerdictSince] = _worstSince;
        _lastTimestamp = tick.Timestamp;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    SubjectInstance Learn(Resource resource, Instance of)
    {
        if (_subjects.Count >= MaxSubjects)
            _subjects.Clear();
        return _subjects[(resource, of)] = new SubjectInstance(resource, of);
    }
}
