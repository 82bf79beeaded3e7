using System.Text.Json;
using TcpAgent.Kernel;
using static TcpAgent.Verdict.VerdictReader;

namespace TcpAgent.Verdict;

/// <summary>The part of the verdict's document about connections, written and read back.</summary>
static class ConnectionJson
{
    const string Incoming = "incoming";

    /// <param name="json">Where the member is written.</param>
    /// <param name="report">The report.</param>
    /// <param name="onlyExplained">Leaves the groups out, for a record of the verdict.</param>
    internal static void Write(Utf8JsonWriter json, ConnectionsReport report, bool onlyExplained)
    {
        json.WriteStartObject("connections");
        json.WriteNumber("sampled", report.Sampled);
        json.WriteNumber("of", report.Of);
        json.WriteStartArray("lines");
        foreach (var line in report.Lines)
            json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteStartArray("groups");
        if (!onlyExplained)
            foreach (var group in report.Groups)
                Write(json, group);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ConnectionReport group)
    {
        json.WriteStartObject();
        json.WriteString("direction", group.IsIncoming ? Incoming : "outgoing");
        json.WriteString("subject", group.Subject);
        json.WriteString("owner", group.Owner);
        json.WriteValue("connections", group.Connections);
        json.WriteNumber("sampled", group.Sampled);
        json.WriteValue("busy", group.Busy);
        json.WriteStartObject("limited_by");
        json.WriteValue("receiver", group.Receiver);
        json.WriteValue("send_buffer", group.SendBuffer);
        json.WriteValue("network", group.Network);
        json.WriteEndObject();
        json.WriteNumber("sent_bytes_per_second", Math.Round(group.SentPerSecond));
        json.WriteNumber("sent_bytes", group.Sent);
        json.WriteNumber("retransmitted_bytes", group.Retransmitted);
        json.WriteValue("round_trip_seconds", group.RoundTrip);
        json.WriteValue("lowest_round_trip_seconds", group.LowestRoundTrip);
        json.WriteValue("delivery_bytes_per_second", group.DeliveryRate);
        json.WriteNumber("connects", group.Connects);
        json.WriteNumber("connects_again", group.ConnectsAgain);
        json.WriteNumber("unread", group.Unread);
        json.WriteNumber("unread_bytes", group.UnreadBytes);
        json.WriteEndObject();
    }

    internal static ConnectionsReport Read(JsonElement of) => new(
        Number(of, "sampled") ?? 0, Number(of, "of") ?? 0, List(of, "groups", ReadGroup), List(of, "lines", Sentence));

    static ConnectionReport ReadGroup(JsonElement one)
    {
        var limits = Member(one, "limited_by", JsonValueKind.Object) ?? one;
        return new ConnectionReport(Text(one, "direction") == Incoming, Text(one, "subject") ?? "")
        {
            Owner = Text(one, "owner"),
            Connections = Real(one, "connections"),
            Sampled = Number(one, "sampled") ?? 0,
            Busy = RealOrNull(one, "busy"),
            Receiver = Real(limits, "receiver"),
            SendBuffer = Real(limits, "send_buffer"),
            SentPerSecond = Real(one, "sent_bytes_per_second"),
            Sent = Number(one, "sent_bytes") ?? 0,
            Retransmitted = Number(one, "retransmitted_bytes") ?? 0,
            RoundTrip = RealOrNull(one, "round_trip_seconds"),
            LowestRoundTrip = RealOrNull(one, "lowest_round_trip_seconds"),
            DeliveryRate = Number(one, "delivery_bytes_per_second"),
            Connects = Number(one, "connects") ?? 0,
            ConnectsAgain = Number(one, "connects_again") ?? 0,
            Unread = Number(one, "unread") ?? 0,
            UnreadBytes = Number(one, "unread_bytes") ?? 0,
        };
    }
}
