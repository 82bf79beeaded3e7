using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The agent's own metrics: its sampling and the state of each source.</summary>
sealed class AgentMetrics : Source
{
    internal static readonly Rows BuildRows = new("version", "revision");

    internal static readonly Row BuildInfo = BuildRows.Info("tcpagent_build_info", "Which build of the agent this is; always 1.");

    internal static readonly Rows NamespaceRows = new("inode", "is_host");

    internal static readonly Row NetworkNamespace = NamespaceRows.Info(
        "tcpagent_network_namespace_info", "Always 1. Label inode: the network namespace that is read, as lsns shows it. Label is_host: whether process 1 of --path.procfs is in it: true, false, or unknown where that process is hidden.");

    internal static readonly Rows Rows = new();

    internal static readonly Row Timestamp = Rows.Gauge(
        "tcpagent_sample_timestamp_seconds", "When the values were sampled, by the wall clock. They are served from this sample until the next.", Scale.Milliseconds);

    internal static readonly Row Interval = Rows.Gauge(
        "tcpagent_sample_interval_seconds", "Configured time between two samples.", Scale.Nanoseconds);

    internal static readonly Row Duration = Rows.Gauge(
        "tcpagent_sample_duration_seconds", "Duration of the last sample over all sources.", Scale.Nanoseconds);

    internal static readonly Row Samples = Rows.Counter("tcpagent_samples_total", "Samples taken since the agent started.");

    internal static readonly Row Missed = Rows.Counter(
        "tcpagent_samples_missed_total", "Samples skipped because the previous one took too long or the host did not schedule the agent.");

    internal static readonly Row UnknownFields = Rows.Gauge(
        "tcpagent_source_unknown_fields", "Number of fields that this kernel prints and the agent has no metric for; --netstat.all exports most.");

    internal static readonly Row LogDropped = Rows.Counter(
        "tcpagent_log_entries_dropped_total", "Log entries that the journal or stderr did not take in time.");

    internal static readonly Row WebConfigGood = Rows.Gauge(
        "tcpagent_web_config_last_reload_successful", "1 if the file of --web.config.file and the certificates it names were valid when last read. 0 if not; the last valid configuration then stays in force. Absent without the flag.");

    internal static readonly Row WebConfigTime = Rows.Gauge(
        "tcpagent_web_config_last_reload_success_timestamp_seconds", "Wall clock time when the file of --web.config.file was last read and valid; it is read when it changes.", Scale.Milliseconds);

    internal static readonly Rows SourceRows = new("source");

    internal static readonly Row SourceSuccess = SourceRows.Gauge(
        "tcpagent_source_success", "1 if the source's last read was complete or the source does not exist on this host; 0 if a part of it failed and is not exported.");

    internal static readonly Row SourceDuration = SourceRows.Gauge(
        "tcpagent_source_duration_seconds", "How long the source's last read took.", Scale.Nanoseconds);

    internal static readonly Row SourceMalformed = SourceRows.Counter(
        "tcpagent_source_malformed_total", "Sections or lines dropped because they were torn or not in the kernel's format.");

    internal static readonly Row SourceUnjudged = SourceRows.Hidden(
        "tcpagent_source_unjudged", "Objects that the source has no room for and cannot judge.");

    internal static readonly Rows ModeRows = new("source", "mode");

    internal static readonly Row SourceMode = ModeRows.Gauge(
        "tcpagent_source_mode", "Always 1. Label mode: the kernel interface in use, for a source that has several; or why there is none: absent (not on this host), denied (only root may read it), failed (see tcpagent_source_error).");

    internal static readonly Rows ErrorRows = new("source", "reason");

    internal static readonly Row SourceError = ErrorRows.Gauge(
        "tcpagent_source_error", "1 for each source that is failing now; the labels say where and why.");

    readonly Instance _build;
    readonly ReloadStatus? _webConfig;
    readonly NamespaceInstance? _namespace;

    internal AgentMetrics(string version, string revision, ReloadStatus? webConfig = null, NamespaceInstance? networkNamespace = null)
        : base("agent", BuildRows, NamespaceRows, Rows, SourceRows, ModeRows, ErrorRows) =>
        (_build, _webConfig, _namespace) =
            (new Instance(version, ("version", version), ("revision", revision)), webConfig, networkNamespace);

    /// <summary>Does nothing: the sampler reports at the end of each tick.</summary>
    internal override ReadStatus Read(in Tick tick) => ReadStatus.Ok;

    /// <param name="sources">The sources to report on.</param>
    /// <param name="summary">The sampler's own figures.</param>
    internal void Report(IReadOnlyList<SourceState> sources, in SampleSummary summary)
    {
        Withdraw();
        this[BuildRows].Add(_build)[BuildInfo] = 1;
        if (_namespace is not null)
            this[NamespaceRows].Add(_namespace)[NetworkNamespace] = 1;
        var sample = this[Rows][0];
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
            var slots = this[SourceRows].Add(state.Instance);
            slots[SourceSuccess] = state.Failing ? 0 : 1;
            slots[SourceDuration] = state.Duration;
            slots[SourceMalformed] = state.Source.Malformed;
            slots[SourceUnjudged] = state.Source.Unjudged;
            if (state.Status.Outcome is not (Outcome.Absent or Outcome.Denied))
                unknown += state.Source.Unknown;
            if (state.ModeInstance is { } mode)
                this[ModeRows].Add(mode)[SourceMode] = 1;
            if (state is { Failing: true, Error: { } error })
                this[ErrorRows].Add(error)[SourceError] = 1;
        }
        sample[UnknownFields] = unknown;
    }
}
