using System.Runtime.CompilerServices;
using System.Text;
using Prometheus;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Joins what the sources read, at each tick: every bounded resource's use, limit, losses and peak, and the drop ledger. Reads
/// nothing itself, and comes last in the sampler's list.
/// </summary>
sealed class ResourceMonitor : Source
{
    internal static readonly Metric[] SubjectRows =
    [
        Metric.Gauge("", "", "tcpagent_resource_subject", "Which listener, CPU, device, queue or destination the resource's figures are of, while it is near its limit or loses something; always 1."),
    ];

    /// <summary>Bounds the label texts kept for subjects that come again.</summary>
    const int MaxSubjects = 1024;

    readonly ResourceGauge[] _gauges;
    readonly (byte[] Key, Tally Tally)[] _stages;
    readonly byte[][] _keys;
    readonly PeakWindow _stageWindow;
    readonly long[] _stageValues;
    readonly long[] _stageCounts;
    readonly Dictionary<(int Resource, byte[] Subject), byte[]> _subjects = [];

    /// <summary>By the state that is changed to.</summary>
    readonly Counter.Child?[] _changes;

    internal ResourceMonitor(IReadOnlyList<Source> sources, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base("resources", new Table(ResourceRows.Rows, "resource"), new Table(SubjectRows, "resource,subject"), new Table(DropRows.Rows, "stage"))
    {
        var wiring = new Wiring(sources);
        Mode = "computed";
        _gauges = Array.ConvertAll(ResourceCatalog.All, row => new ResourceGauge(row, wiring, options.PeakWindow, time));
        _keys = Array.ConvertAll(ResourceCatalog.All, row => Label.Render("resource", row.Name));
        _stages = Array.ConvertAll(DropStages.All, row => (Label.Render("stage", row.Stage), row.Tally(wiring)));
        _stageWindow = new PeakWindow(_stages.Length, options.PeakWindow, time, FullestWindow.Parts);
        _stageValues = new long[_stages.Length];
        _stageCounts = new long[_stages.Length];
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
            var slots = Tables[0].Add(_keys[i]);
            gauge.Store(slots);
            if (gauge.Subject.Length > 0 && (gauge.State != ResourceState.Ok || slots[ResourceRows.RecentLosses] > 0))
                Tables[1].Add(_subjects.TryGetValue((i, gauge.Subject), out var key) ? key : MakeKey(i, gauge.Subject))[0] = 1;
        }
        CountDrops(tick);
    }

    void CountDrops(in Tick tick)
    {
        for (var i = 0; i < _stages.Length; i++)
        {
            var tally = _stages[i].Tally;
            tally.Update();
            _stageValues[i] = -_stageCounts[i];
            _stageCounts[i] += tally.Increase;
        }
        _stageWindow.Record(tick.Timestamp, _stageValues);
        for (var i = 0; i < _stages.Length; i++)
        {
            if (_stages[i].Tally.Total == Metric.Absent)
                continue;
            var slots = Tables[2].Add(_stages[i].Key);
            slots[DropRows.Total] = _stages[i].Tally.Total;
            slots[DropRows.Recent] = _stageCounts[i] + _stageWindow[i];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    byte[] MakeKey(int resource, byte[] subject)
    {
        if (_subjects.Count >= MaxSubjects)
            _subjects.Clear();
        var text = Subject.FromLabels(Encoding.UTF8.GetString(subject));
        return _subjects[(resource, subject)] = Label.Render(("resource", ResourceCatalog.All[resource].Name), ("subject", text));
    }
}
