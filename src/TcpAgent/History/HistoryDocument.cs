using System.Globalization;
using System.Text;
using System.Text.Json;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>
/// Reads the document of <see cref="HistoryJson"/> back and feeds it to another format, for users who may not read the file themselves.
/// </summary>
static class HistoryDocument
{
    /// <summary>Returns false, before anything is written, if it is no such document.</summary>
    internal static bool TryReplay(ReadOnlyMemory<byte> json, IHistoryFormat format)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var (header, events, reports, record) = (HeaderOf(root), EventsOf(root), ReportsOf(root), new HistoryRecord());
            var records = root.GetProperty("records");
            var places = new List<RecordPlace>();
            foreach (var one in records.EnumerateArray())
            {
                if (one.GetProperty("values").GetArrayLength() != header.Names.Length)
                    return false;
                places.Add(new RecordPlace(places.Count, TimeOf(one), 0));
            }
            format.Begin(header, places, ReachOf(root));
            foreach (var one in records.EnumerateArray())
            {
                record.Fill(TimeOf(one), ValuesOf(one), ListenersOf(one));
                format.Add(record);
            }
            format.End(events, reports);
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    /// <exception cref="FormatException">It could not be a header of this version.</exception>
    static HistoryHeader HeaderOf(JsonElement root)
    {
        var names = new List<string>();
        foreach (var name in root.GetProperty("series").EnumerateArray())
            names.Add(
                name.GetString() is { Length: > 0 and <= 60 } text && Printable.Of(text) == text ? text : throw new FormatException());
        var interval = root.GetProperty("interval_seconds").GetDouble() * 1000;
        if (names.Count > HistoryRecord.MostSeries || interval is not (>= 1 and <= int.MaxValue))
            throw new FormatException();
        return new HistoryHeader(1, (int)interval, [.. names]);
    }

    static List<HistoryEvent> EventsOf(JsonElement root)
    {
        var events = new List<HistoryEvent>();
        foreach (var one in root.GetProperty("events").EnumerateArray())
            events.Add(new HistoryEvent(
                TimeOf(one), one.TryGetProperty("series", out var series) ? series.GetString() ?? "" : "",
                one.GetProperty("text").GetString() ?? "", KindOf(one)));
        return events;
    }

    /// <summary>None in the answer of an agent that keeps none.</summary>
    static List<HistoryReport> ReportsOf(JsonElement root)
    {
        var reports = new List<HistoryReport>();
        if (root.TryGetProperty("reports", out var all))
            foreach (var one in all.EnumerateArray())
                reports.Add(new HistoryReport(TimeOf(one), Encoding.UTF8.GetBytes(one.GetRawText())));
        return reports;
    }

    static EventKind KindOf(JsonElement one)
    {
        if (one.TryGetProperty("kind", out var name))
            for (var kind = EventKind.Agent; kind < EventKind.Unknown; kind++)
                if (name.ValueEquals(kind.Name()))
                    return kind;
        return EventKind.Unknown;
    }

    static HistoryReach ReachOf(JsonElement root) =>
        root.TryGetProperty("oldest", out var oldest) && root.TryGetProperty("newest", out var newest)
            ? new HistoryReach(TimeOf(oldest), TimeOf(newest))
            : default;

    static long[] ValuesOf(JsonElement record)
    {
        var values = new List<long>();
        foreach (var value in record.GetProperty("values").EnumerateArray())
            values.Add(NumberOf(value));
        return [.. values];
    }

    static List<ListenerFigures> ListenersOf(JsonElement record)
    {
        var listeners = new List<ListenerFigures>();
        if (record.TryGetProperty("listeners", out var all))
            foreach (var one in all.EnumerateArray())
                listeners.Add(new ListenerFigures(
                    Printable.Of(one.GetProperty("listener").GetString() ?? ""), NumberOf(one.GetProperty("queue")),
                    NumberOf(one.GetProperty("limit")), NumberOf(one.GetProperty("syn_recv")),
                    one.TryGetProperty("late", out var late) && late.GetBoolean()));
        return listeners;
    }

    static long NumberOf(JsonElement value) => value.ValueKind == JsonValueKind.Null ? KernelValue.Absent : value.GetInt64();

    /// <summary>Of a time, or of what has one.</summary>
    static long TimeOf(JsonElement one) => DateTimeOffset.Parse(
        (one.ValueKind == JsonValueKind.Object ? one.GetProperty("time") : one).GetString() ?? "", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}
