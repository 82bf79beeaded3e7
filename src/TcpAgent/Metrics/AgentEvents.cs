using System.Buffers;
using System.Globalization;
using Prometheus;

namespace TcpAgent.Metrics;

/// <summary>
/// The agent's own events, counted where they happen by instruments of prometheus-net in a registry of their own. Thread safe; counting
/// one on the sampler's thread allocates nothing and never throws. A new instrument is declared here and nowhere else.
/// </summary>
#pragma warning disable CA1001 // A MemoryStream holds nothing but memory.
sealed class AgentEvents
#pragma warning restore CA1001
{
    readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>
    /// Held while histograms change and while they are written, which the library does piece by piece: their count is always their
    /// buckets'.
    /// </summary>
    readonly Lock _lock = new();
    readonly MemoryStream _document = new();
    readonly Counter _requests;
    readonly Counter _logLines;
    readonly Counter _verdictChanges;
    readonly Histogram _scrape;
    readonly Histogram _tick;
    readonly Histogram _walk;
    readonly Histogram? _historyWrite;

    /// <param name="hasHistory">Whether there is a history file to write.</param>
    internal AgentEvents(bool hasHistory = true)
    {
        // The library's exemplars are trace ids, looked for at each event.
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();

        _requests = factory.CreateCounter(
            "tcpagent_http_requests_total",
            "HTTP requests by path and status code, refused ones too. The page's files count as /, paths that are not served as other; "
            + "499 means that the connection ended before the answer was written.",
            "path", "code");
        _scrape = Seconds(
            "tcpagent_scrape_duration_seconds", "How long each scrape took to render and write; a client that reads slowly makes it long.", [0.0005, 0.002, 0.01, 0.1, 1]);
        _tick = Seconds(
            "tcpagent_tick_duration_seconds", "How long each sample took, from the first read until it could be scraped.", [0.00025, 0.0005, 0.001, 0.005, 0.05, 0.5]);
        _walk = Seconds(
            "tcpagent_socket_walk_duration_seconds",
            "How long each walk of the kernel's socket table took, for whatever purpose: rare states, a full count, ephemeral ports, "
            + "waiting connections.",
            [0.0001, 0.001, 0.01, 0.1]);
        if (hasHistory)
            _historyWrite = Seconds(
                "tcpagent_history_write_duration_seconds", "How long each record took to be written to the history file (--history.file).", [0.0001, 0.001, 0.01, 0.1]);
        _logLines = factory.CreateCounter("tcpagent_log_lines_total", "Lines logged, by the level that they show: debug, info, warn or error.", "level");
        _verdictChanges = factory.CreateCounter(
            "tcpagent_verdict_changes_total", "Times that a resource's state changed to this one: ok, near or limiting, the states of tcpagent_resource_state.", "state");
        Instruments = [
            _requests, _scrape, _tick, _walk, .. _historyWrite is null ? (Collector[])[] : [_historyWrite], _logLines, _verdictChanges];

        // A rate needs a 0 to start from.
        _logLines.WithLabels("warn");
        _logLines.WithLabels("error");

        Histogram Seconds(string name, string help, double[] buckets) =>
            factory.CreateHistogram(name, help, new HistogramConfiguration { Buckets = buckets });
    }

    /// <summary>Each with name, help and labels, for describe.</summary>
    internal IReadOnlyList<Collector> Instruments { get; }

    /// <param name="path">One of few: a client must not be able to make series.</param>
    /// <param name="status">The status code.</param>
    internal void Requested(string path, int status) => _requests.WithLabels(path, status.ToString(CultureInfo.InvariantCulture)).Inc();

    internal void Scraped(TimeSpan duration) => Observe(_scrape, duration);

    internal void Ticked(TimeSpan duration) => Observe(_tick, duration);

    internal void Walked(TimeSpan duration) => Observe(_walk, duration);

    internal void HistoryWritten(TimeSpan duration) => Observe(_historyWrite, duration);

    internal void Logged(string level) => _logLines.WithLabels(level).Inc();

    /// <summary>
    /// The counter for one of the states, which is at 0 from now on. To be kept: finding it again costs more than counting.
    /// </summary>
    internal Counter.Child VerdictChangesTo(string state) => _verdictChanges.WithLabels(state);

    void Observe(Histogram? histogram, TimeSpan duration)
    {
        lock (_lock)
            histogram?.Observe(duration.TotalSeconds);
    }

    /// <summary>Writes all of them, and in OpenMetrics the end of the document.</summary>
    internal void Write(ExpositionFormat format, IBufferWriter<byte> output)
    {
        lock (_lock)
        {
            _document.SetLength(0);

            // Into memory, so it has ended when the call returns.
            _registry.CollectAndExportAsTextAsync(
                _document, format == ExpositionFormat.Text
                    ? Prometheus.ExpositionFormat.PrometheusText
                    : Prometheus.ExpositionFormat.OpenMetricsText)
                .GetAwaiter().GetResult();
            output.Write(_document.GetBuffer().AsSpan(0, (int)_document.Length));
        }
    }
}
