using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;
using static TcpAgent.Verdict.VerdictReader;

namespace TcpAgent.Verdict;

/// <summary>The destinations in the verdict's document, written and read back, and as the document of `peers --json`.</summary>
static class DestinationJson
{
    /// <summary>The document of its own, with the time of the sample.</summary>
    internal static byte[] Document(HostVerdict verdict)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", VerdictJson.Version);
            json.WriteString("time", VerdictJson.Time(verdict.Time));
            Write(json, verdict.Destinations ?? []);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<DestinationReport> destinations)
    {
        json.WriteStartArray("destinations");
        foreach (var one in destinations)
            Write(json, one);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, DestinationReport one)
    {
        json.WriteStartObject();
        json.WriteString("destination", one.Destination);
        json.WriteValue("connections", one.Connections);
        json.WriteValue("syn_sent", one.SynSent);
        json.WriteNumber("syn_unanswered", one.SynUnanswered);
        json.WriteValue("syn_retransmissions", one.SynRetransmissions);
        json.WriteValue("oldest_syn_seconds", one.OldestSyn);
        json.WriteNumber("unacknowledged", one.Unacknowledged);
        json.WriteNumber("window_closed", one.WindowClosed);
        json.WriteNumber("connects", one.Connects);
        json.WriteNumber("connects_again", one.ConnectsAgain);
        json.WriteNumber("sent_bytes", one.Sent);
        json.WriteNumber("retransmitted_bytes", one.Retransmitted);
        json.WriteValue("round_trip_seconds", one.RoundTrip);
        json.WriteBoolean("round_trip_remembered", one.IsRemembered);
        json.WriteValue("ports", one.Ports);
        json.WriteEndObject();
    }

    internal static DestinationReport Read(JsonElement one) => new(Text(one, "destination") ?? "")
    {
        Connections = RealOrNull(one, "connections"),
        SynSent = Number(one, "syn_sent"),
        SynUnanswered = Number(one, "syn_unanswered") ?? 0,
        SynRetransmissions = Number(one, "syn_retransmissions"),
        OldestSyn = RealOrNull(one, "oldest_syn_seconds"),
        Unacknowledged = Number(one, "unacknowledged") ?? 0,
        WindowClosed = Number(one, "window_closed") ?? 0,
        Connects = Number(one, "connects") ?? 0,
        ConnectsAgain = Number(one, "connects_again") ?? 0,
        Sent = Number(one, "sent_bytes") ?? 0,
        Retransmitted = Number(one, "retransmitted_bytes") ?? 0,
        RoundTrip = RealOrNull(one, "round_trip_seconds"),
        IsRemembered = Member(one, "round_trip_remembered", JsonValueKind.True) is not null,
        Ports = Number(one, "ports"),
    };
}
