using System.Runtime.CompilerServices;
using Prometheus;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Joins what the sources read, at each tick: every bounded resource's use, limit, losses and peak, and the drop ledger. Reads
/// nothing itself, and comes last in the sampler's list.
/// </summary>
sealed class ResourceMonitor : Source
{
    internal static readonly Rows SubjectRows = new("resource", "subject");

    internal static readonly Row Subject = SubjectRows.Gauge(
        "tcpagent_resource_subject", "Which listener, CPU, device, queue or destination the resource's figures are of, while it is near its limit or loses something; always 1.");

    /// <summary>Bounds the instances kept for subjects that come again: a cache, not a limit of what is exported.</summary>
    const int MaxSubjects = 1024;

    readonly ResourceGauge[] _gauges;
    readonly DropGauge[] _stages;
    readonly TimeProvider _time;

    /// <summary>Nanoseconds seen.</summary>
    readonly WindowedTotal _watched;
    readonly (Row Row, Tally Tally, WindowedTotal Sum)[] _sums;
    long _lastTimestamp = KernelValue.Absent;
    readonly Dictionary<(Resource Resource, Instance Of), SubjectInstance> _subjects = [];

    /// <summary>By the state that is changed to.</summary>
    readonly Counter.Child?[] _changes;

    internal ResourceMonitor(IReadOnlyList<Source> sources, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base("resources", ResourceRows.Rows, SubjectRows, DropRows.Rows, RecentRows.Rows)
    {
        var wiring = new Wiring(sources);
        Mode = "computed";
        _gauges = Array.ConvertAll(ResourceCatalog.All, row => new ResourceGauge(row, wiring, options.PeakWindow, time));
        _stages = Array.ConvertAll(DropStages.All, row => new DropGauge(row, wiring, options.PeakWindow, time));
        (_time, _watched) = (time, new WindowedTotal(options.PeakWindow, time));
        _sums =
        [
            (RecentRows.ListenDrops, Tally.Of(wiring[NetstatRows.ListenDrops]), new WindowedTotal(options.PeakWindow, time)),
            (RecentRows.HandshakesRefused,
                Tally.Of(wiring[NetstatRows.EmbryonicRsts], wiring[NetstatRows.TCPSynRetrans], wiring[NetstatRows.TCPDeferAcceptDrop]),
                new WindowedTotal(options.PeakWindow, time)),
        ];
        _changes = Array.ConvertAll([ResourceState.Ok, ResourceState.Near, ResourceState.Limiting], state => events?.VerdictChangesTo(state.Name()));
    }

    internal override ReadStatus Read(in Tick tick) => ReadStatus.Ok;

    internal override void Derive(in Tick tick)
    {
        Withdraw();
        for (var i = 0; i < _gauges.Length; i++)
        {
            var gauge = _gauges[i];
            var before = gauge.State;
            gauge.Update(tick);
            if (gauge.State != before)
                _changes[(int)gauge.State]?.Inc();
            if (!gauge.IsKnown)
                continue;
            var slots = this[ResourceRows.Rows].Add(gauge.Resource.Instance);
            gauge.Store(slots);
            if (gauge.Subject is { } of && (gauge.State != ResourceState.Ok || slots[ResourceRows.RecentLosses] > 0))
                this[SubjectRows].Add(_subjects.TryGetValue((gauge.Resource, of), out var known) ? known : Learn(gauge.Resource, of))[Subject] = 1;
        }
        CountDrops(tick);
    }

    void CountDrops(in Tick tick)
    {
        var since = _lastTimestamp == KernelValue.Absent ? 0 : tick.Timestamp - _lastTimestamp;
        _watched.Add(tick.Timestamp, _time.Nanoseconds(since));
        _lastTimestamp = tick.Timestamp;
        foreach (var stage in _stages)
            stage.Update(tick, _watched.Recent, this[DropRows.Rows]);
        foreach (var (row, tally, sum) in _sums)
        {
            tally.Update();
            sum.Add(tick.Timestamp, tally.Increase);
            this[RecentRows.Rows][row] = tally.Total == KernelValue.Absent ? KernelValue.Absent : sum.Recent;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    SubjectInstance Learn(Resource resource, Instance of)
    {
        if (_subjects.Count >= MaxSubjects)
            _subjects.Clear();
        return _subjects[(resource, of)] = new SubjectInstance(resource, of);
    }
}
