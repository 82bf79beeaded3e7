using System.Buffers;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Web;

/// <summary>
/// The newest sample for the page: the series of a history record, values that a record has no room for (more listeners, each CPU,
/// conntrack's counters), and the verdict. An absent value is null.
/// </summary>
sealed class LiveJson(LiveSettings settings, TurnLog turns)
{
    const int Version = 1;

    /// <summary>The number of listeners shown, the fullest: as many as a person reads.</summary>
    const int MostListeners = 16;

    static readonly (string Name, Row Row)[] s_listener =
    [
        ("queue", ListenerRows.Length), ("limit", ListenerRows.Limit),
        ("syn_recv", ListenerRows.SynRecv), ("peak", ListenerRows.Peak), ("drops", ListenerRows.Drops),
        ("oldest_wait_ms", ListenerRows.OldestWait),
    ];

    const int Queue = 0, Limit = 1, SynRecv = 2, Peak = 3;

    static readonly (string Name, Row Row)[] s_cpu =
    [
        ("processed", Softnet.Processed), ("dropped", Softnet.Dropped),
        ("squeezed", Softnet.TimesSqueezed), ("backlog", Softnet.Backlog),
    ];

    static readonly (string Name, Row Row)[] s_conntrack =
    [
        ("entries", Conntrack.Entries), ("limit", Conntrack.Limit), ("buckets", Conntrack.Buckets),
        ("drops", Conntrack.Drops), ("early_drops", Conntrack.EarlyDrops),
        ("insert_failures", Conntrack.InsertFailures), ("invalid", Conntrack.Invalid),
        ("chain_too_long", Conntrack.ChainTooLong),
    ];

    readonly long[] _values = new long[Series.Names.Length];

    /// <summary>Writes all but the opening brace, so that the part that differs for each reader can come first.</summary>
    internal byte[] Write(Snapshot snapshot)
    {
        var view = new SampleView(snapshot);
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("agent", settings.Version);
            json.WriteString("revision", settings.Revision);
            json.WriteString("started", HistoryExport.Time(settings.Started.ToUnixTimeMilliseconds()));
            json.WriteString("docs", settings.Docs);
            json.WriteString("host", settings.Host);
            json.WriteBoolean("history", settings.HasHistory);
            json.WriteNumber("interval_seconds", settings.Interval.TotalSeconds);
            json.WriteString("time", HistoryExport.Time(SeriesReader.Time(snapshot)));
            WriteSources(json, view);
            WriteSeries(json, snapshot);
            WriteEvents(json);
            var verdict = HostVerdict.From(view, settings.Window);
            WriteListeners(json, view, verdict);
            WriteCpus(json, view, verdict[ResourceCatalog.SoftnetBacklog]);
            json.WriteStartObject("conntrack");
            foreach (var (name, row) in s_conntrack)
                json.WriteValue(name, view[row]);
            json.WriteEndObject();
            json.WritePropertyName("why");
            json.WriteRawValue(VerdictJson.Write(verdict), skipInputValidation: true);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan[1..].ToArray();
    }

    /// <summary>The number of sources in use, and those that are failing.</summary>
    static void WriteSources(Utf8JsonWriter json, SampleView view)
    {
        var count = 0;
        json.WriteStartArray("failing");
        foreach (var (instance, value) in view.Instances(AgentMetrics.SourceSuccess))
        {
            count++;
            if (value == 0)
                json.WriteStringValue(instance.Subject);
        }
        json.WriteEndArray();
        json.WriteNumber("sources", count);
    }

    /// <summary>The last changes of states, which a page without a history could not know.</summary>
    void WriteEvents(Utf8JsonWriter json)
    {
        json.WriteStartArray("events");
        foreach (var one in turns.Events)
            EventJson.Write(json, one);
        json.WriteEndArray();
    }

    void WriteSeries(Utf8JsonWriter json, Snapshot snapshot)
    {
        _values.AsSpan().Fill(KernelValue.Absent);
        SeriesReader.Raise(snapshot, _values);
        json.WriteStartArray("series");
        foreach (var name in Series.Names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (var value in _values)
            json.WriteValue(value);
        json.WriteEndArray();
    }

    static void WriteListeners(Utf8JsonWriter json, SampleView view, HostVerdict verdict)
    {
        var listeners = Collect(view, s_listener);
        var ranked = new List<(Fullness Fullness, Instance Instance)>();
        foreach (var (instance, values) in listeners)
            ranked.Add((IsLate(view, instance) ? new Fullness(double.MaxValue, values[Queue] ?? 0)
                : Fullness.Of(values[Queue] ?? 0, values[SynRecv] ?? 0, values[Limit] ?? KernelValue.Absent), instance));
        ranked.Sort(
            static (a, b) => b.Fullness.CompareTo(a.Fullness) is not 0 and var order
                ? order
                : string.CompareOrdinal(a.Instance.Subject, b.Instance.Subject));
        json.WriteValue("listeners_total", view[ListenerRows.Count]);
        json.WriteStartArray("listeners");
        for (var i = 0; i < ranked.Count && i < MostListeners; i++)
        {
            var values = listeners[ranked[i].Instance];
            WriteInstance(json, "listener", ranked[i].Instance.Subject, s_listener, values);
            var limit = values[Limit] ?? KernelValue.Absent;
            var isLate = IsLate(view, ranked[i].Instance);
            json.WriteBoolean("late", isLate);
            json.WriteString("owner", OwnerWords.Of(ranked[i].Instance, view));
            json.WriteString("cause", OwnerWords.Cause(ranked[i].Instance, view));
            json.WriteString(
                "accept_state", ListenerState.OfAcceptQueue(values[Peak] ?? 0, limit, isLate,
                    verdict[ResourceCatalog.AcceptQueue].State).Name());
            json.WriteString(
                "syn_state", ListenerState.OfSynQueue(values[SynRecv] ?? 0, limit, verdict[ResourceCatalog.SynQueue].State).Name());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static bool IsLate(SampleView view, Instance instance) => view[ListenerRows.RecentLate, instance] > 0;

    static void WriteCpus(Utf8JsonWriter json, SampleView view, ResourceReport backlog)
    {
        json.WriteStartArray("cpus");
        foreach (var (instance, values) in Collect(view, s_cpu))
            if (instance is CpuInstance cpu)
            {
                WriteInstance(json, "cpu", cpu.Name, s_cpu, values);
                json.WriteString("state", (ReferenceEquals(backlog.Instance, instance) ? backlog.State : ResourceState.Ok).Name());
                json.WriteEndObject();
            }
        json.WriteEndArray();
    }

    /// <summary>The metrics of every instance that has one, in their order.</summary>
    static Dictionary<Instance, long?[]> Collect(SampleView view, (string Name, Row Row)[] metrics)
    {
        var instances = new Dictionary<Instance, long?[]>();
        for (var i = 0; i < metrics.Length; i++)
            foreach (var (instance, value) in view.Instances(metrics[i].Row))
            {
                if (!instances.TryGetValue(instance, out var values))
                    instances[instance] = values = new long?[metrics.Length];
                values[i] = value;
            }
        return instances;
    }

    /// <summary>Writes all but the end of the object, so that its state can follow.</summary>
    static void WriteInstance(Utf8JsonWriter json, string what, string name, (string Name, Row Row)[] metrics, long?[] values)
    {
        json.WriteStartObject();
        json.WriteString(what, name);
        for (var i = 0; i < metrics.Length; i++)
            json.WriteValue(metrics[i].Name, values[i]);
    }
}
