using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>The answer: which queue or table limits this host's TCP path. A pure function of one sample.</summary>
sealed record HostVerdict(
    DateTimeOffset Time, double WatchedSeconds, ResourceState State, IReadOnlyList<ResourceReport> Resources,
    IReadOnlyList<DropReport> Drops,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>When the state turned to its value; null while it has not turned since the agent started.</summary>
    internal DateTimeOffset? Since { get; init; }

    /// <summary>The inode of the network namespace that was read; null where a plain directory was read.</summary>
    internal string? NetworkNamespace { get; init; }

    /// <summary>What limits the established connections.</summary>
    internal ConnectionsReport Connections { get; init; } = ConnectionsReport.None;

    /// <summary>Where this host connects to, the worst first; null in the answer of an agent that does not know it.</summary>
    internal IReadOnlyList<DestinationReport>? Destinations { get; init; }

    internal static HostVerdict From(SampleView view, TimeSpan window)
    {
        var watched = Watched(view, window);
        var resources = Array.ConvertAll(ResourceCatalog.All, row => Report(row, view));
        foreach (var report in resources)
            if (report.State is ResourceState.Near or ResourceState.Limiting || report.IsLossWithoutSaturation)
            {
                ResourceAdvice.Explain(report, view);
                Verdict.Headline.Write(report, view);
            }
        var time = DateTimeOffset.FromUnixTimeMilliseconds(view[AgentMetrics.Timestamp] ?? 0);
        var state = Overall(resources);
        var connections = ConnectionsReport.From(view);
        return new HostVerdict(time, watched, state, resources, DropReports(view, watched), Verdict.Findings.Check(view))
        {
            Since = state == ResourceState.Unknown ? null : At(view[RecentRows.VerdictSince]),
            NetworkNamespace = NamespaceFindings.Read(view)?.Inode,
            Connections = connections,
            Destinations = DestinationJoin.Of(view, connections.Groups),
        };
    }

    static DateTimeOffset? At(long? milliseconds) =>
        milliseconds is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;

    /// <summary>The answer in one sentence.</summary>
    internal string Headline
    {
        get => field ??= Verdict.Headline.Of(this);
        init;
    }

    internal ResourceReport this[Resource resource] => Resources[Array.IndexOf(ResourceCatalog.All, resource)];

    internal IEnumerable<ResourceReport> In(ResourceState state)
    {
        foreach (var report in Resources)
            if (report.State == state)
                yield return report;
    }

    static double Watched(SampleView view, TimeSpan window)
    {
        var samples = (view[AgentMetrics.Samples] ?? 1) + (view[AgentMetrics.Missed] ?? 0);
        var interval = (view[AgentMetrics.Interval] ?? 0) / 1e9;
        return Math.Min(window.TotalSeconds, Math.Max(0, samples - 1) * interval);
    }

    /// <summary>One resource and its sentence, for a line of the log.</summary>
    internal static ResourceReport Say(Resource row, SampleView view)
    {
        var report = Report(row, view);
        Verdict.Headline.Write(report, view);
        return report;
    }

    static ResourceReport Report(Resource row, SampleView view)
    {
        bool? Succeeds(string source)
        {
            foreach (var (instance, value) in view.Instances(AgentMetrics.SourceSuccess))
                if (instance.Subject == source)
                    return value != 0;
            return null;
        }
        bool IsIncomplete(string source)
        {
            foreach (var (instance, value) in view.Instances(AgentMetrics.SourceUnjudged))
                if (instance.Subject == source)
                    return value > 0;
            return false;
        }
        var isIncomplete = Array.Exists(row.Sources, IsIncomplete);
        var state = view[ResourceRows.State, row.Instance] is { } known ? (ResourceState)known
            : isIncomplete ? ResourceState.Unknown
            : Array.TrueForAll(row.Sources, source => Succeeds(source) == true) ? ResourceState.Absent
            : ResourceState.Unknown;
        var subject = SubjectInstance.In(view[ResourceMonitor.SubjectRows], row);
        return new ResourceReport(row, state)
        {
            Since = state is ResourceState.Unknown or ResourceState.Absent ? null : At(view[ResourceRows.Since, row.Instance]),
            Used = view[ResourceRows.Used, row.Instance],
            Limit = view[ResourceRows.Limit, row.Instance],
            Peak = view[ResourceRows.UsedPeak, row.Instance],
            PeakLimit = view[ResourceRows.PeakLimit, row.Instance],
            Losses = view[ResourceRows.RecentLosses, row.Instance],
            LossesTotal = view[ResourceRows.LossesTotal, row.Instance],
            Instance = subject,
            Owner = OwnerWords.Of(subject, view),
            IsSourceFailing = isIncomplete || Array.Exists(row.Sources, source => Succeeds(source) == false),
            IsIncomplete = isIncomplete,
        };
    }

    /// <summary>A resource that cannot be read might be a limiter, so it leaves the verdict open unless another limits.</summary>
    static ResourceState Overall(ResourceReport[] resources) =>
        Array.Exists(resources, report => report.State == ResourceState.Limiting) ? ResourceState.Limiting
        : Array.Exists(resources, report => report.State == ResourceState.Near) ? ResourceState.Near
        : Array.Exists(resources, report => report.IsSourceFailing && report.State == ResourceState.Unknown) ? ResourceState.Unknown
        : ResourceState.Ok;

    static List<DropReport> DropReports(SampleView view, double watched)
    {
        var drops = new List<DropReport>();
        foreach (var stage in DropStages.All)
        {
            if (view[DropRows.Total, stage.Instance] is not { } total)
                continue;
            var count = view[DropRows.Recent, stage.Instance] ?? 0;
            drops.Add(new DropReport(stage, count, total, watched > 0 ? count / watched : 0));
        }
        return drops;
    }
}
