using System.Globalization;
using System.Net;
using System.Text.Json;

namespace TcpAgent.Cli;

/// <summary>The changes of the verdict that an agent has recorded lately. An agent without a history has none, which is no error.</summary>
static class RecentEvents
{
    const string Verdict = "verdict: ";

    internal static async Task<List<(DateTimeOffset Time, string Text)>> Of(EndPoint agent, CancellationToken stop)
    {
        var (events, _) = await LocalAgent.Ask(
            agent, "/api/v1/history?since=-15m&series=verdict", AgentInquiry.Timeout,
            answer => (answer.Status == 200 ? Read(answer.Body) : null, ""), stop);
        return events ?? [];
    }

    internal static List<(DateTimeOffset Time, string Text)> Read(ReadOnlyMemory<byte> json)
    {
        var events = new List<(DateTimeOffset Time, string Text)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var one in document.RootElement.GetProperty("events").EnumerateArray())
                if (one.GetProperty("text").GetString() is { } text && text.StartsWith(Verdict, StringComparison.Ordinal)
                    && DateTimeOffset.TryParse(
                        one.GetProperty("time").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                    events.Add((time, text[Verdict.Length..]));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // The agent is of another version; the view goes on without its past.
        }
        return events;
    }
}
