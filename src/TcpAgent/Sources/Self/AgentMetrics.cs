using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>What the agent says of itself: how its sampling goes and how each source fares.</summary>
sealed class AgentMetrics : Source
{
    internal static readonly Metric[] BuildRows =
    [
        new(MetricType.Info, "", "", "tcpagent_build_info", "Which build of the agent this is; always 1."),
    ];

    internal static readonly Metric[] Rows =
    [
        Gauge("", "", "tcpagent_sample_timestamp_seconds", "When the values were sampled, by the wall clock. They are served from this sample until the next.", Scale.Milliseconds),
        Gauge("", "", "tcpagent_sample_interval_seconds", "Configured time between two samples.", Scale.Nanoseconds),
        Gauge("", "", "tcpagent_sample_duration_seconds", "How long the last sample took, all sources together.", Scale.Nanoseconds),
        Counter("", "", "tcpagent_samples_total", "Samples taken since the agent started."),
        Counter("", "", "tcpagent_samples_missed_total", "Samples skipped because the one before took too long or the host did not let the agent run."),
        Gauge("", "", "tcpagent_source_unknown_fields", "Fields this kernel prints that the agent has no metric for, all sources together; --netstat.all exports most."),
        Counter("", "", "tcpagent_log_entries_dropped_total", "Log entries that could not be handed to the journal without waiting."),
        Gauge("", "", "tcpagent_web_config_last_reload_successful", "1 if the file of --web.config.file and the certificates it names were good when last read; 0 if not, then the last good ones stay in force. Absent without the flag."),
        Gauge("", "", "tcpagent_web_config_last_reload_success_timestamp_seconds", "When the file of --web.config.file was last read and good, by the wall clock; it is read when it changes.", Scale.Milliseconds),
    ];

    internal static readonly Metric[] SourceRows =
    [
        Gauge("", "", "tcpagent_source_success", "1 if the source's last read was complete, or if this host has no such thing; 0 if a part of it failed and is left out."),
        Gauge("", "", "tcpagent_source_duration_seconds", "How long the source's last read took.", Scale.Nanoseconds),
        Counter("", "", "tcpagent_source_malformed_total", "Sections or lines dropped because they were torn or not in the kernel's format."),
    ];

    internal static readonly Metric[] ModeRows =
    [
        Gauge("", "", "tcpagent_source_mode", "By which kernel interface a source that has several is read now: always 1, the label says which. Of any source, absent: this host has no such thing; denied: only root may read it; failed: see tcpagent_source_error."),
    ];

    internal static readonly Metric[] ErrorRows =
    [
        Gauge("", "", "tcpagent_source_error", "1 for each source that fails at present; the label says where and why."),
    ];

    const int Timestamp = 0, Interval = 1, Duration = 2, Samples = 3, Missed = 4, UnknownFields = 5, LogDropped = 6, WebConfigGood = 7, WebConfigTime = 8;

    readonly byte[] _buildKey;
    readonly ReloadStatus? _webConfig;

    internal AgentMetrics(string version, string revision, ReloadStatus? webConfig = null)
        : base("agent", new Table(BuildRows, "version,revision"), new Table(Rows), new Table(SourceRows, "source"),
            new Table(ModeRows, "source,mode"), new Table(ErrorRows, "source,reason")) =>
        (_buildKey, _webConfig) = (Label.Render(("version", version), ("revision", revision)), webConfig);

    /// <summary>Nothing to read: the sampler reports at the end of each tick.</summary>
    internal override ReadStatus Read(in Tick tick) => ReadStatus.Ok;

    /// <param name="sources">The sources to report on.</param>
    /// <param name="summary">The sampler's own figures.</param>
    internal void Report(IReadOnlyList<SourceState> sources, in SampleSummary summary)
    {
        Withdraw();
        Tables[0].Add(_buildKey)[0] = 1;
        var sample = Tables[1][0];
        sample[Timestamp] = summary.WallClock;
        sample[Interval] = summary.Interval;
        sample[Duration] = summary.Duration;
        sample[Samples] = summary.Samples;
        sample[Missed] = summary.Missed;
        sample[LogDropped] = summary.LogDropped;
        if (_webConfig is not null)
            (sample[WebConfigGood], sample[WebConfigTime]) = (_webConfig.Successful, _webConfig.Time);
        var unknown = 0L;
        for (var i = 0; i < sources.Count; i++)
        {
            var state = sources[i];
            var slots = Tables[2].Add(state.Key);
            slots[0] = state.Failing ? 0 : 1;
            slots[1] = state.Duration;
            slots[2] = state.Source.Malformed;
            if (state.Status.Outcome is not (Outcome.Absent or Outcome.Denied))
                unknown += state.Source.Unknown;
            if (state.ModeKey.Length > 0)
                Tables[3].Add(state.ModeKey)[0] = 1;
            if (state.Failing)
                Tables[4].Add(state.ErrorKey)[0] = 1;
        }
        sample[UnknownFields] = unknown;
    }
}
