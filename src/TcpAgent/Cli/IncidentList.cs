using System.Buffers;
using System.Text;
using System.Text.Json;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>What `history --incidents` lists: the files beside the history file, the oldest first.</summary>
sealed class IncidentList
{
    readonly record struct Incident(string File, long From, long Until, long Time, List<string> Verdicts);

    readonly List<Incident> _incidents = [];
    readonly TimeZoneInfo _zone;
    readonly string _path;

    internal IncidentList(string path, TimeZoneInfo zone)
    {
        (_path, _zone) = (path, zone);
        foreach (var file in RingFile.Beside(path, Incidents.Suffix))
            if (Read(file) is { } incident)
                _incidents.Add(incident);
    }

    static Incident? Read(string path)
    {
        using var file = HistoryFile.TryOpen(path, out _);
        if (file?.Index() is not [var first, .., var last] entries)
            return null;
        var (record, timeline) = (new HistoryRecord(), new Timeline(file.Header));
        var onset = entries.Find(entry => entry.Verdict == Incidents.Limiting && entry.Sequence > first.Sequence);
        foreach (var entry in entries)
            if (file.TryRead(entry, record))
                timeline.Add(record);
        var verdicts = new List<string>();
        foreach (var one in timeline.Finish())
            if (one.Text.Contains(" is limiting", StringComparison.Ordinal))
                verdicts.Add(one.Text["verdict: ".Length..]);
        return new Incident(path, first.Time, last.Time, onset.Time, verdicts);
    }

    internal byte[] Text()
    {
        var text = new StringBuilder();
        if (_incidents.Count == 0)
            text.Append($"No incident is kept beside {_path}: the verdict has not turned to limiting, or less than three minutes ago.\n");
        foreach (var incident in _incidents)
        {
            text.Append($"{Local(incident.Time):yyyy-MM-dd HH:mm:ss}  kept from {Local(incident.From):HH:mm:ss} to {Local(incident.Until):HH:mm:ss}\n");
            foreach (var verdict in incident.Verdicts)
                text.Append($"  {verdict}\n");
            text.Append($"  tcp-agent history --file {incident.File}\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    internal byte[] Json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("incidents");
            foreach (var incident in _incidents)
            {
                json.WriteStartObject();
                json.WriteString("time", HistoryExport.Time(incident.Time));
                json.WriteString("since", HistoryExport.Time(incident.From));
                json.WriteString("until", HistoryExport.Time(incident.Until));
                json.WriteString("file", incident.File);
                json.WriteStartArray("limiting");
                foreach (var verdict in incident.Verdicts)
                    json.WriteStringValue(verdict);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    DateTimeOffset Local(long time) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(time), _zone);
}
