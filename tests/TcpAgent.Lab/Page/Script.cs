using System.Globalization;
using System.Text.Json.Nodes;

namespace TcpAgent.Lab.Page;

/// <summary>Answers in the agent's place, made from a real one: at the times and with the figures that a test wants.</summary>
/// <param name="Live">What the agent answered for /api/v1/live.</param>
sealed record Script(JsonNode Live)
{
    /// <summary>The time of the real answer.</summary>
    internal DateTimeOffset Start { get; } = DateTimeOffset.Parse((string)Live["time"]!, CultureInfo.InvariantCulture);

    /// <summary>Leaves the page, so that nothing asks before the test lets it.</summary>
    internal static async Task<Script> From(Tab tab)
    {
        var script = new Script((await tab.Run("fetch('api/v1/live').then(answer => answer.json())"))!);
        await tab.Go("about:blank");
        return script;
    }

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <param name="seconds">After the start.</param>
    /// <param name="established">Connections.</param>
    /// <param name="state">Of the accept queue: 0 ok, 2 limiting.</param>
    /// <param name="events">What the agent tells to have happened.</param>
    internal string At(double seconds, int established, int state = 0, params (double Seconds, string Kind, string Text)[] events)
    {
        var answer = Live.DeepClone();
        (answer["time"], answer["why"]!["time"]) = (Time(Start.AddSeconds(seconds)), Time(Start.AddSeconds(seconds)));
        answer["age_seconds"] = 0;
        answer["events"] = new JsonArray([.. events.Select(one => (JsonNode?)new JsonObject
        {
            ["time"] = Time(Start.AddSeconds(one.Seconds)),
            ["series"] = one.Kind == "agent" ? "" : "accept_queue.state",
            ["kind"] = one.Kind,
            ["text"] = one.Text,
        })]);
        var values = answer["values"]!.AsArray();
        foreach (var (name, value) in Figures(established, state))
            values[Names.IndexOf(name)] = value;
        return answer.ToJsonString();
    }

    List<string> Names => [.. Live["series"]!.AsArray().Select(name => (string)name!)];

    static (string Name, int Value)[] Figures(int established, int state) =>
        [("verdict", state), ("tcp.established", established), ("accept_queue.state", state)];

    /// <summary>What the history has: the series in another order than that of a live answer.</summary>
    internal string History(params (double Seconds, int Established, int State)[] records)
    {
        var names = Names.AsEnumerable().Reverse().ToList();
        JsonNode Record(double seconds, int established, int state)
        {
            var values = new JsonArray([.. names.Select(_ => (JsonNode?)0)]);
            foreach (var (name, value) in Figures(established, state))
                values[names.IndexOf(name)] = value;
            return new JsonObject { ["time"] = Time(Start.AddSeconds(seconds)), ["values"] = values, ["listeners"] = new JsonArray() };
        }
        return new JsonObject
        {
            ["version"] = 1,
            ["interval_seconds"] = 1,
            ["series"] = new JsonArray([.. names.Select(name => (JsonNode?)name)]),
            ["records"] = new JsonArray([.. records.Select(one => Record(one.Seconds, one.Established, one.State))]),
            ["events"] = new JsonArray(),
        }.ToJsonString();
    }
}
