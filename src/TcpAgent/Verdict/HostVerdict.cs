using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>The answer: which queue or table limits this host's TCP path. A pure function of one sample.</summary>
sealed record HostVerdict(
    DateTimeOffset Time, double WatchedSeconds, ResourceState State, IReadOnlyList<ResourceReport> Resources, IReadOnlyList<DropReport> Drops,
    IReadOnlyList<Finding> Findings)
{
    internal static HostVerdict From(SampleView view, TimeSpan window)
    {
        var watched = Watched(view, window);
        var resources = Array.ConvertAll(ResourceCatalog.All, row => Report(row, view));
        foreach (var report in resources)
            if (report.State is ResourceState.Near or ResourceState.Limiting || report.IsLossWithoutSaturation)
                ResourceAdvice.Explain(report, view);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(view.Value("tcpagent_sample_timestamp_seconds") ?? 0);
        return new HostVerdict(time, watched, Overall(resources), resources, DropReports(view, watched), Verdict.Findings.Check(view));
    }

    internal IEnumerable<ResourceReport> In(ResourceState state)
    {
        foreach (var report in Resources)
            if (report.State == state)
                yield return report;
    }

    static double Watched(SampleView view, TimeSpan window)
    {
        var samples = (view.Value("tcpagent_samples_total") ?? 1) + (view.Value("tcpagent_samples_missed_total") ?? 0);
        var interval = (view.Value("tcpagent_sample_interval_seconds") ?? 0) / 1e9;
        return Math.Min(window.TotalSeconds, Math.Max(0, samples - 1) * interval);
    }

    static ResourceReport Report(Resource row, SampleView view)
    {
        var label = $"resource=\"{row.Name}\"";
        long? Success(string source) => view.Of("tcpagent_source_success", $"source=\"{source}\"");
        var state = view.Of("tcpagent_resource_state", label) is { } known ? (ResourceState)known
            : Array.TrueForAll(row.Sources, source => Success(source) == 1) ? ResourceState.Absent
            : ResourceState.Unknown;
        return new ResourceReport(row, state)
        {
            Used = view.Of("tcpagent_resource_used", label),
            Limit = view.Of("tcpagent_resource_limit", label),
            Peak = view.Of("tcpagent_resource_used_peak", label),
            Losses = view.Of("tcpagent_resource_recent_losses", label),
            LossesTotal = view.Of("tcpagent_resource_losses_total", label),
            Subject = SubjectOf(row, view),
            IsSourceFailing = Array.Exists(row.Sources, source => Success(source) == 0),
        };
    }

    static string SubjectOf(Resource row, SampleView view)
    {
        foreach (var (labels, _) in view.Instances("tcpagent_resource_subject"))
            if (labels.StartsWith($"resource=\"{row.Name}\",", StringComparison.Ordinal))
                return Label.Values(labels)["subject"];
        return "";
    }

    /// <summary>What cannot be read might be the limiter; what limits is known all the same.</summary>
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
            var label = $"stage=\"{stage.Stage}\"";
            if (view.Of("tcpagent_drops_total", label) is not { } total)
                continue;
            var count = view.Of("tcpagent_drops_recent", label) ?? 0;
            drops.Add(new DropReport(stage, count, total, watched > 0 ? count / watched : 0));
        }
        return drops;
    }
}
