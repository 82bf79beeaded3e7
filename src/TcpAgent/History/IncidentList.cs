using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Resources;

namespace TcpAgent.History;

/// <summary>The incidents kept beside a history file, the oldest first. A file is read once, because it never changes.</summary>
sealed class IncidentList(string path)
{
    readonly Dictionary<string, Incident> _known = [];

    internal string Path => path;

    /// <summary>Reads the directory again. Used by one thread at a time.</summary>
    internal List<Incident> Read()
    {
        var files = RingFile.Beside(path, Incidents.Suffix);
        foreach (var name in (string[])[.. _known.Keys])
            if (Array.IndexOf(files, name) < 0)
                _known.Remove(name);
        var incidents = new List<Incident>();
        foreach (var file in files)
            if (_known.GetValueOrDefault(file) is { } known)
                incidents.Add(known);
            else if (Read(file) is { } incident)
                incidents.Add(_known[file] = incident);
        return incidents;
    }

    /// <summary>The file of an incident by its name; null if there is none.</summary>
    internal static string? Find(string path, string name) =>
        Array.Find(RingFile.Beside(path, Incidents.Suffix), file => file.EndsWith($"{Incidents.Suffix}{name}", StringComparison.Ordinal));

    static Incident? Read(string path)
    {
        using var file = HistoryFile.TryOpen(path, out _);
        if (file?.Index() is not [var first, .., var last] entries)
            return null;

        // The minutes before may include another incident.
        var onset = entries.Find(entry => entry.Verdict == (long)ResourceState.Limiting
            && path.EndsWith(RingFile.Stamp(DateTimeOffset.FromUnixTimeMilliseconds(entry.Time)), StringComparison.Ordinal));
        var time = onset.Time > 0 ? onset.Time : first.Time;
        var (record, summary) = (new HistoryRecord(), new IncidentSummary(file.Header, time));
        foreach (var entry in entries)
            if (file.TryRead(entry, record))
                summary.Add(record);
        return new Incident(
            path, first.Time, last.Time, time, IncidentSummary.Headline(file.Reports(time, last.Time)), summary.Verdicts());
    }

    /// <summary>Reads the document of <see cref="Json"/> back; empty if it is none.</summary>
    internal static List<Incident> Parse(ReadOnlyMemory<byte> json)
    {
        var incidents = new List<Incident>();
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var one in document.RootElement.GetProperty("incidents").EnumerateArray())
            {
                var verdicts = new List<string>();
                foreach (var verdict in one.GetProperty("limiting").EnumerateArray())
                    verdicts.Add(Printable.Of(verdict.GetString() ?? ""));
                incidents.Add(new Incident(
                    Printable.Of(one.GetProperty("file").GetString() ?? ""), Milliseconds(one, "since"), Milliseconds(one, "until"),
                    Milliseconds(one, "time"), one.TryGetProperty("headline", out var said) ? Printable.Of(said.GetString() ?? "") : "",
                    verdicts));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            incidents.Clear();
        }
        return incidents;
    }

    static long Milliseconds(JsonElement one, string name) => one.GetProperty(name).GetDateTimeOffset().ToUnixTimeMilliseconds();

    /// <summary>The document of `history --incidents --json` and /api/v1/incidents.</summary>
    /// <param name="incidents">The incidents.</param>
    /// <param name="hasPaths">Whether files are named with their folder, which is nobody's business over the network.</param>
    internal static byte[] Json(List<Incident> incidents, bool hasPaths = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("incidents");
            foreach (var incident in incidents)
            {
                json.WriteStartObject();
                json.WriteString("name", incident.Name);
                json.WriteString("time", HistoryExport.Time(incident.Time));
                json.WriteString("since", HistoryExport.Time(incident.From));
                json.WriteString("until", HistoryExport.Time(incident.Until));
                json.WriteString("file", hasPaths ? incident.File : incident.File[(incident.File.LastIndexOf('/') + 1)..]);
                json.WriteString("headline", incident.Headline);
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
}
