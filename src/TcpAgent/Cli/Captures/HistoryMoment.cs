using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// Takes one moment from a history: the states of its record, and for what was near or limiting the explanation that was kept closest
/// to it.
/// </summary>
/// <param name="at">Milliseconds since the epoch; null for the newest explanation or, without one, the newest record.</param>
sealed class HistoryMoment(long? at) : IHistoryFormat
{
    /// <summary>Milliseconds that a record may be older than the moment: the agent was stuck, or stopped for a restart.</summary>
    const long MostGap = 10_000;

    HistoryHeader? _header;
    RecordPlace _place;
    HistoryReach _reach;
    HostVerdict? _recorded;

    /// <summary>The verdict; null if the history has none of that time.</summary>
    internal HostVerdict? Verdict { get; private set; }

    /// <summary>Why there is no verdict, for people.</summary>
    internal string Problem { get; private set; } = "";

    /// <summary>The newest time that the moment needs, in milliseconds since the epoch.</summary>
    long Until => at is { } time ? time + ReportSchedule.Again : long.MaxValue;

    internal void Take(HistoryFile file)
    {
        var (entries, record) = (file.Index(), new HistoryRecord());
        Begin(file.Header, entries, HistoryReach.Of(entries));
        if (_place.Time > 0 && file.TryRead(_place, record))
            Add(record);
        End([], file.Reports(0, Until));
    }

    public void Begin(HistoryHeader header, List<RecordPlace> entries, HistoryReach reach)
    {
        (_header, _reach) = (header, reach);
        foreach (var entry in entries)
            if (at is null || entry.Time <= at)
                _place = entry;
        if (at is { } time && time - _place.Time > Math.Max(MostGap, 3L * header.Interval))
            _place = default;
    }

    public void Add(HistoryRecord record)
    {
        if (record.Time != _place.Time)
            return;
        long? Value(Resource resource, string what) =>
            Array.IndexOf(_header!.Names, resource.Name + what) is >= 0 and var column
                && record.Values[column] is not KernelValue.Absent and var value
                ? value
                : null;
        var reports = new List<ResourceReport>();
        var worst = ResourceState.Ok;
        foreach (var resource in ResourceCatalog.All)
        {
            var state = Value(resource, Series.State) is >= 0 and <= (long)ResourceState.Limiting and var known
                ? (ResourceState)known
                : ResourceState.Absent;
            worst = state is ResourceState.Near or ResourceState.Limiting && state > worst ? state : worst;
            var (used, limit) = (Value(resource, Series.Used), Value(resource, Series.Limit));
            reports.Add(new ResourceReport(resource, state)
            {
                Used = used,
                Limit = limit,
                Peak = used,
                LossesTotal = Value(resource, Series.Losses),
                Instance = record.SubjectOf(resource.Name) is { Length: > 0 } subject ? new Instance(subject) : null,
            });
        }
        _recorded = new HostVerdict(DateTimeOffset.FromUnixTimeMilliseconds(record.Time), 0, worst, reports, [], []);
    }

    public void End(List<HistoryEvent> events, List<HistoryReport> reports)
    {
        if (at is null && Newest(reports) is { } newest)
            Verdict = newest;
        else if (_recorded is { } recorded)
            Verdict = recorded.State == ResourceState.Ok ? recorded : Explain(recorded, reports);
        else
            Problem = _reach.IsEmpty ? "has no record" : $"has no record of that time: it reaches from {Words(_reach.Oldest)} to "
                + $"{Words(_reach.Newest)}, perhaps with gaps while no agent ran";
    }

    static HostVerdict? Newest(List<HistoryReport> reports) => reports is [.., var last] ? VerdictReader.TryRead(last.Json) : null;

    /// <summary>What was explained replaces the figures of the record, as long as it was in the same state.</summary>
    HostVerdict Explain(HostVerdict recorded, List<HistoryReport> reports)
    {
        var time = recorded.Time.ToUnixTimeMilliseconds();
        HostVerdict? explained = null;
        foreach (var report in reports)
            if (report.Time >= time - ReportSchedule.Every - ReportSchedule.Least && (report.Time <= time || explained is null)
                && report.Time <= Until && VerdictReader.TryRead(report.Json) is { } verdict)
                explained = verdict;
        if (explained is null)
            return recorded;
        var resources = new List<ResourceReport>();
        foreach (var one in recorded.Resources)
        {
            var words = one;
            foreach (var report in explained.Resources)
                if (report.Resource.Name == one.Resource.Name && report.State == one.State)
                    words = report;
            resources.Add(words);
        }
        return recorded with
        {
            WatchedSeconds = explained.WatchedSeconds,
            Resources = resources,
            Drops = explained.Drops,
            Findings = explained.Findings,
            NetworkNamespace = explained.NetworkNamespace,
        };
    }

    static string Words(long milliseconds) => CaptureSampling.Words(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
