using System.Buffers;
using System.Globalization;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>The verdict as the one JSON document that `why --json` prints and /api/v1/why serves.</summary>
static class VerdictJson
{
    internal const int Version = 1;

    /// <param name="verdict">The verdict.</param>
    /// <param name="onlyExplained">Leaves out what is as it should be, for a record of the verdict.</param>
    internal static byte[] Write(HostVerdict verdict, bool onlyExplained = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("time", Time(verdict.Time));
            json.WriteString("network_namespace", verdict.NetworkNamespace);
            json.WriteNumber("watched_seconds", Math.Round(verdict.WatchedSeconds, 3));
            json.WriteString("verdict", verdict.State.Name());
            json.WriteString("since", Time(verdict.Since));
            json.WriteString("headline", verdict.Headline);
            json.WriteStartArray("limiting");
            foreach (var report in verdict.In(ResourceState.Limiting))
                json.WriteStringValue(report.Resource.Name);
            json.WriteEndArray();
            json.WriteStartArray("resources");
            foreach (var report in verdict.Resources)
                if (!onlyExplained || report.Evidence.Count > 0)
                    Write(json, report);
            json.WriteEndArray();
            json.WriteStartArray("drops");
            foreach (var drop in verdict.Drops)
                if (!onlyExplained || drop.Count > 0)
                    Write(json, drop);
            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in verdict.Findings)
                Write(json, finding);
            json.WriteEndArray();
            ConnectionJson.Write(json, verdict.Connections, onlyExplained);
            if (verdict.Destinations is { } destinations)
                DestinationJson.Write(json, onlyExplained ? [] : destinations);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal static string? Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    static void Write(Utf8JsonWriter json, ResourceReport report)
    {
        json.WriteStartObject();
        json.WriteString("resource", report.Resource.Name);
        json.WriteString("title", report.Resource.Title);
        json.WriteString("state", report.State.Name());
        json.WriteString("since", Time(report.Since));
        json.WriteBoolean("incomplete", report.IsIncomplete);
        json.WriteValue("used", report.Used);
        json.WriteValue("limit", report.Limit);
        json.WriteValue("peak", report.Peak);
        json.WriteValue("peak_limit", report.PeakLimit);
        json.WriteValue("losses", report.Losses);
        json.WriteValue("losses_total", report.LossesTotal);
        json.WriteString("unit", report.Resource.Unit);
        json.WriteString("scope", report.Resource.Scope == Scope.Host ? "host" : "namespace");
        if (report.Subject.Length > 0)
            json.WriteString("subject", report.Subject);
        else
            json.WriteNull("subject");
        json.WriteString("owner", report.Owner);
        json.WriteString("cause", report.Cause);
        var words = ResourceWords.Of(report.Resource);
        json.WriteString("label", words.Label);
        json.WriteString("loss", words.Loss);
        json.WriteString("headline", report.Headline.Length > 0 ? report.Headline : null);
        json.WriteString("headline_past", report.HeadlinePast.Length > 0 ? report.HeadlinePast : null);
        Write(json, "evidence", report.Evidence);
        Write(json, "advice", report.Advice);
        Write(json, "will_not_fix", report.WillNotFix);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, in DropReport drop)
    {
        json.WriteStartObject();
        json.WriteString("stage", drop.Stage.Stage);
        json.WriteNumber("count", drop.Count);
        json.WriteNumber("per_second", Math.Round(drop.PerSecond, 3));
        json.WriteNumber("total", drop.Total);
        json.WriteBoolean("harmful", drop.Stage.IsHarmful);
        json.WriteString("meaning", drop.Stage.Meaning);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, in Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        json.WriteString("severity", finding.Severity);
        json.WriteString("text", finding.Text);
        json.WriteString("headline", finding.Headline);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, List<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
