using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Web;

/// <summary>
/// The newest sample for the page: the series of a history record, what a record has no room for (more listeners, each CPU,
/// conntrack's counters), and the verdict. What is absent is null.
/// </summary>
sealed class LiveJson(SampleLayout layout, LiveSettings settings)
{
    const int Version = 1;

    /// <summary>As many as a person reads; the fullest.</summary>
    const int MostListeners = 16;

    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly (string Name, string Metric)[] s_listener =
    [
        ("queue", "tcpagent_listener_accept_queue_length"), ("limit", "tcpagent_listener_accept_queue_limit"),
        ("syn_recv", "tcpagent_listener_syn_recv"), ("peak", "tcpagent_listener_accept_queue_peak"), ("drops", "tcpagent_listener_drops_total"),
    ];

    const int Queue = 0, Limit = 1, SynRecv = 2;

    static readonly (string Name, string Metric)[] s_cpu =
    [
        ("processed", "tcpagent_softnet_processed_total"), ("dropped", "tcpagent_softnet_dropped_total"),
        ("squeezed", "tcpagent_softnet_times_squeezed_total"), ("backlog", "tcpagent_softnet_backlog_packets"),
    ];

    static readonly (string Name, string Metric)[] s_conntrack =
    [
        ("entries", "tcpagent_conntrack_entries"), ("limit", "tcpagent_conntrack_entries_limit"), ("buckets", "tcpagent_conntrack_buckets"),
        ("drops", "tcpagent_conntrack_drops_total"), ("early_drops", "tcpagent_conntrack_early_drops_total"),
        ("insert_failures", "tcpagent_conntrack_insert_failures_total"), ("invalid", "tcpagent_conntrack_invalid_total"),
        ("chain_too_long", "tcpagent_conntrack_chain_too_long_total"),
    ];

    readonly SeriesReader _reader = new(layout);
    readonly long[] _values = new long[Series.Names.Length];

    /// <summary>All but the opening brace, so that what differs for each reader can stand first.</summary>
    internal byte[] Write(Snapshot snapshot)
    {
        var view = new SampleView(layout, snapshot);
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("agent", settings.Version);
            json.WriteString("host", settings.Host);
            json.WriteBoolean("history", settings.HasHistory);
            json.WriteNumber("interval_seconds", settings.Interval.TotalSeconds);
            json.WriteString("time", HistoryExport.Time(_reader.Time(snapshot)));
            WriteSeries(json, snapshot);
            WriteListeners(json, view);
            WriteCpus(json, view);
            json.WriteStartObject("conntrack");
            foreach (var (name, metric) in s_conntrack)
                Write(json, name, view.Value(metric));
            json.WriteEndObject();
            json.WritePropertyName("why");
            json.WriteRawValue(VerdictJson.Write(HostVerdict.From(view, settings.Window)), skipInputValidation: true);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan[1..].ToArray();
    }

    void WriteSeries(Utf8JsonWriter json, Snapshot snapshot)
    {
        _values.AsSpan().Fill(Metric.Absent);
        _reader.Raise(snapshot, _values);
        json.WriteStartArray("series");
        foreach (var name in Series.Names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (var value in _values)
            if (value == Metric.Absent)
                json.WriteNullValue();
            else
                json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    static void WriteListeners(Utf8JsonWriter json, SampleView view)
    {
        var listeners = Collect(view, s_listener);
        var ranked = new List<(long Fullness, string Labels)>();
        foreach (var (labels, values) in listeners)
            ranked.Add((Recorder.Fullness(values[Queue] ?? 0, values[Limit] ?? 1, values[SynRecv] ?? 0), labels));
        ranked.Sort(static (a, b) => (b.Fullness, a.Labels).CompareTo((a.Fullness, b.Labels)));
        Write(json, "listeners_total", view.Value("tcpagent_listeners"));
        json.WriteStartArray("listeners");
        for (var i = 0; i < ranked.Count && i < MostListeners; i++)
            WriteInstance(json, "listener", Subject.FromLabels(ranked[i].Labels), s_listener, listeners[ranked[i].Labels]);
        json.WriteEndArray();
    }

    static void WriteCpus(Utf8JsonWriter json, SampleView view)
    {
        json.WriteStartArray("cpus");
        foreach (var (labels, values) in Collect(view, s_cpu))
            WriteInstance(json, "cpu", Label.Values(labels).GetValueOrDefault("cpu", ""), s_cpu, values);
        json.WriteEndArray();
    }

    /// <summary>The metrics of every instance that has one, in the order in which they come.</summary>
    static Dictionary<string, long?[]> Collect(SampleView view, (string Name, string Metric)[] metrics)
    {
        var instances = new Dictionary<string, long?[]>();
        for (var i = 0; i < metrics.Length; i++)
            foreach (var (labels, value) in view.Instances(metrics[i].Metric))
            {
                if (!instances.TryGetValue(labels, out var values))
                    instances[labels] = values = new long?[metrics.Length];
                values[i] = value;
            }
        return instances;
    }

    static void WriteInstance(Utf8JsonWriter json, string what, string name, (string Name, string Metric)[] metrics, long?[] values)
    {
        json.WriteStartObject();
        json.WriteString(what, name);
        for (var i = 0; i < metrics.Length; i++)
            Write(json, metrics[i].Name, values[i]);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }
}
