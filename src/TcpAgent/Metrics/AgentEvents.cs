using System.Buffers;
using System.Globalization;
using Prometheus;

namespace TcpAgent.Metrics;

/// <summary>
/// Counts the agent's own events where they happen, with instruments of prometheus-net in a separate registry. Thread safe; counting on the
/// sampler's thread allocates nothing and never throws. New instruments are declared only here.
/// </summary>
#pragma warning disable CA1001 // A MemoryStream holds only memory.
sealed class AgentEvents
#pragma warning restore CA1001
{
    readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>
    /// Held while histograms change and while they are written. The library writes them piece by piece, and count and buckets must match.
    /// </summary>
    readonly Lock _lock = new();
    readonly MemoryStream _document = new();
    readonly Counter _requests;
    readonly Counter _logLines;
    readonly Counter _logLinesOmitted;
    readonly Counter _verdictChanges;
    readonly Histogram _scrape;
    readonly Histogram _tick;
    readonly Histogram _walk;
    readonly Histogram? _historyWrite;
    int _walks;
    TimeSpan _longestWalk;

    /// <param name="hasHistory">Whether there is a history file to write.</param>
    internal AgentEvents(bool hasHistory = true)
    {
        // The library's exemplars are trace ids, which it would look up at each event.
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();

        _requests = factory.CreateCounter(
            "tcpagent_http_requests_total",
            "HTTP requests by path and status code, including refused ones. The page's files count as /, unknown paths as other; 499 means "
            + "that the connection ended before the response was written.",
            "path", "code");
        _scrape = Seconds(
            "tcpagent_scrape_duration_seconds", "Time to render and write each scrape; a slow client makes it long.", [0.0005, 0.002, 0.01, 0.1, 1]);
        _tick = Seconds(
            "tcpagent_tick_duration_seconds", "Duration of each sample, from the first read until it can be scraped.", [0.00025, 0.0005, 0.001, 0.005, 0.05, 0.5]);
        _walk = Seconds(
            "tcpagent_socket_walk_duration_seconds",
            "Duration of each walk of the kernel's socket table, for any purpose: rare states, a full count, ephemeral ports, waiting "
            + "connections.",
            [0.0001, 0.001, 0.01, 0.1]);
        if (hasHistory)
            _historyWrite = Seconds(
                "tcpagent_history_write_duration_seconds", "Time to write each record to the history file (--history.file).", [0.0001, 0.001, 0.01, 0.1]);
        _logLines = factory.CreateCounter("tcpagent_log_lines_total", "Lines logged, by level: debug, info, warn or error.", "level");
        _logLinesOmitted = factory.CreateCounter(
            "tcpagent_log_lines_omitted_total",
            "Lines not logged because there were too many of their kind; the next line of the kind says how many (omitted).");
        _verdictChanges = factory.CreateCounter(
            "tcpagent_verdict_changes_total", "Changes of a resource's state to this one: ok, near or limiting, the states of tcpagent_resource_state.", "state");
        Connections = new ConnectionHistograms(factory, _lock);
        Instruments = [
            _requests, _scrape, _tick, _walk, .. _historyWrite is null ? (Collector[])[] : [_historyWrite], _logLines, _logLinesOmitted,
            _verdictChanges, .. Connections.Instruments];

        // A rate needs a 0 to start with.
        _logLines.WithLabels("warn");
        _logLines.WithLabels("error");

        Histogram Seconds(string name, string help, double[] buckets) =>
            factory.CreateHistogram(name, help, new HistogramConfiguration { Buckets = buckets });
    }

    /// <summary>All instruments with name, help and labels, for describe.</summary>
    internal IReadOnlyList<Collector> Instruments { get; }

    internal ConnectionHistograms Connections { get; }

    /// <param name="path">One of a few known paths: a client must not be able to create series.</param>
    /// <param name="status">The status code.</param>
    internal void Requested(string path, int status) => _requests.WithLabels(path, status.ToString(CultureInfo.InvariantCulture)).Inc();

    internal void Scraped(TimeSpan duration) => Observe(_scrape, duration);

    internal void Ticked(TimeSpan duration) => Observe(_tick, duration);

    internal void Walked(TimeSpan duration)
    {
        Observe(_walk, duration);
        lock (_lock)
            (_walks, _longestWalk) = (_walks + 1, duration > _longestWalk ? duration : _longestWalk);
    }

    /// <summary>The number of walks since the last call, and the longest of them.</summary>
    internal (int Count, TimeSpan Longest) TakeWalks()
    {
        lock (_lock)
        {
            var taken = (_walks, _longestWalk);
            (_walks, _longestWalk) = (0, TimeSpan.Zero);
            return taken;
        }
    }

    internal void HistoryWritten(TimeSpan duration) => Observe(_historyWrite, duration);

    internal void Omitted() => _logLinesOmitted.Inc();

    internal void Logged(string level) => _logLines.WithLabels(level).Inc();

    /// <summary>
    /// The counter of one state, which is exported as 0 from now on. Callers keep it, because finding it again costs more than counting.
    /// </summary>
    internal Counter.Child VerdictChangesTo(string state) => _verdictChanges.WithLabels(state);

    void Observe(Histogram? histogram, TimeSpan duration)
    {
        lock (_lock)
            histogram?.Observe(duration.TotalSeconds);
    }

    /// <summary>Writes all instruments, and in OpenMetrics the end of the document.</summary>
    internal void Write(ExpositionFormat format, IBufferWriter<byte> output)
    {
        lock (_lock)
        {
            _document.SetLength(0);

            // This writes into memory, so it has finished when the call returns.
            _registry.CollectAndExportAsTextAsync(
                _document, format == ExpositionFormat.Text
                    ? Prometheus.ExpositionFormat.PrometheusText
                    : Prometheus.ExpositionFormat.OpenMetricsText)
                .GetAwaiter().GetResult();
            output.Write(_document.GetBuffer().AsSpan(0, (int)_document.Length));
        }
    }
}
