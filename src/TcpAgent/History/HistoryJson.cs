using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>The JSON document that `history --json` prints and /api/v1/history serves. An absent value is null.</summary>
sealed class HistoryJson(IBufferWriter<byte> output, int[] columns, bool hasListeners) : IHistoryFormat, IDisposable
{
    const int Version = 1;

    /// <summary>The columns with the states of two resources, whichever columns the request names; -1 if the file has none.</summary>
    int _acceptState = -1, _synState = -1;

    readonly Utf8JsonWriter _json = new(output, JsonExtensions.Options);

    public void Begin(HistoryHeader header, List<RecordPlace> entries, HistoryReach reach)
    {
        _acceptState = Array.IndexOf(header.Names, ResourceCatalog.AcceptQueue.Name + Series.State);
        _synState = Array.IndexOf(header.Names, ResourceCatalog.SynQueue.Name + Series.State);
        _json.WriteStartObject();
        _json.WriteNumber("version", Version);
        _json.WriteNumber("interval_seconds", header.Interval / 1000m);
        if (!reach.IsEmpty)
        {
            _json.WriteString("oldest", HistoryExport.Time(reach.Oldest));
            _json.WriteString("newest", HistoryExport.Time(reach.Newest));
        }
        _json.WriteStartArray("series");
        foreach (var column in columns)
            _json.WriteStringValue(header.Names[column]);
        _json.WriteEndArray();
        _json.WriteStartArray("records");
    }

    public void Add(HistoryRecord record)
    {
        _json.WriteStartObject();
        _json.WriteString("time", HistoryExport.Time(record.Time));
        _json.WriteStartArray("values");
        foreach (var column in columns)
            _json.WriteValue(record.Values[column]);
        _json.WriteEndArray();
        if (hasListeners)
            WriteListeners(record);
        _json.WriteEndObject();
        _json.Flush();
    }

    void WriteListeners(HistoryRecord record)
    {
        var (acceptState, synState) = (StateOf(record, _acceptState), StateOf(record, _synState));
        _json.WriteStartArray("listeners");
        foreach (var listener in record.Listeners)
        {
            _json.WriteStartObject();
            _json.WriteString("listener", listener.Name);
            _json.WriteValue("queue", listener.Queue);
            _json.WriteValue("limit", listener.Limit);
            _json.WriteValue("syn_recv", listener.SynRecv);
            _json.WriteBoolean("late", listener.IsLate);
            var acceptQueue = ListenerState.OfAcceptQueue(listener.Queue, listener.Limit, listener.IsLate, acceptState);
            _json.WriteString("accept_state", acceptQueue.Name());
            _json.WriteString("syn_state", ListenerState.OfSynQueue(listener.SynRecv, listener.Limit, synState).Name());
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    static ResourceState StateOf(HistoryRecord record, int column) =>
        column >= 0 && record.Values[column] is >= 0 and var state ? (ResourceState)state : ResourceState.Unknown;

    public void End(List<HistoryEvent> events, List<HistoryReport> reports)
    {
        _json.WriteEndArray();
        _json.WriteStartArray("events");
        foreach (var one in events)
            EventJson.Write(_json, one);
        _json.WriteEndArray();
        _json.WriteStartArray("reports");
        foreach (var report in reports)
            _json.WriteRawValue(report.Json);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();
}
