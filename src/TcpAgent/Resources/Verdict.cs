using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>How a resource stands; the names are those of the JSON document.</summary>
enum ReportState
{
    Ok,
    Near,
    Limiting,

    /// <summary>Its source fails or is switched off.</summary>
    Unknown,

    /// <summary>This host, kernel or network namespace has no such thing.</summary>
    Absent,
}

/// <summary>What is known of one resource. Lists are for people, a sentence an entry.</summary>
sealed class ResourceReport(Resource resource, ReportState state)
{
    internal Resource Resource { get; } = resource;

    internal ReportState State { get; } = state;

    internal long? Used { get; init; }

    internal long? Limit { get; init; }

    internal long? Peak { get; init; }

    /// <summary>Lost within the watch.</summary>
    internal long? Losses { get; init; }

    /// <summary>Lost since boot, or since the agent can tell.</summary>
    internal long? LossesTotal { get; init; }

    /// <summary>A source fails that is needed: unlike one that was switched off, that leaves the verdict open.</summary>
    internal bool IsSourceFailing { get; init; }

    /// <summary>Which listener, CPU, device, queue or destination; empty where there is only one.</summary>
    internal string Subject { get; init; } = "";

    /// <summary>A loss, but nothing says that the limit caused it.</summary>
    internal bool IsLossWithoutSaturation => State == ReportState.Ok && Losses > 0;

    internal List<string> Evidence { get; } = [];

    internal List<string> Advice { get; } = [];

    internal List<string> WillNotFix { get; } = [];
}

/// <param name="Stage">The row.</param>
/// <param name="Count">Dropped within the watch.</param>
/// <param name="Total">Dropped since boot.</param>
/// <param name="PerSecond">Over the watch.</param>
readonly record struct DropReport(DropStage Stage, long Count, long Total, double PerSecond);

/// <summary>A setting or a pile of sockets that will hurt, though it limits nothing now.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity">warning, or info.</param>
/// <param name="Text">The value read, and why it matters.</param>
readonly record struct Finding(string Id, string Severity, string Text);

/// <summary>The answer: which queue or table limits this host's TCP path. A pure function of one sample.</summary>
sealed record Verdict(
    DateTimeOffset Time, double WatchedSeconds, ReportState State, IReadOnlyList<ResourceReport> Resources, IReadOnlyList<DropReport> Drops,
    IReadOnlyList<Finding> Findings)
{
    internal static Verdict From(SampleView view, TimeSpan window)
    {
        var watched = Watched(view, window);
        var resources = Array.ConvertAll(ResourceRows.All, row => Report(row, view));
        foreach (var report in resources)
            if (report.State is ReportState.Near or ReportState.Limiting || report.IsLossWithoutSaturation)
                report.Resource.Explain?.Invoke(report, view);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(view.Value("tcpagent_sample_timestamp_seconds") ?? 0);
        return new Verdict(time, watched, Overall(resources), resources, DropReports(view, watched), Linter.Check(view));
    }

    internal IEnumerable<ResourceReport> In(ReportState state)
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
        var state = view.Of("tcpagent_resource_state", label) is { } known ? (ReportState)known
            : Array.TrueForAll(row.Sources, source => Success(source) == 1) ? ReportState.Absent
            : ReportState.Unknown;
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
    static ReportState Overall(ResourceReport[] resources) =>
        Array.Exists(resources, report => report.State == ReportState.Limiting) ? ReportState.Limiting
        : Array.Exists(resources, report => report.State == ReportState.Near) ? ReportState.Near
        : Array.Exists(resources, report => report.IsSourceFailing && report.State == ReportState.Unknown) ? ReportState.Unknown
        : ReportState.Ok;

    static List<DropReport> DropReports(SampleView view, double watched)
    {
        var drops = new List<DropReport>();
        foreach (var stage in DropRows.All)
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
