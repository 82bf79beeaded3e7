using System.Text.Json;

namespace TcpAgent.Lab.Scenarios;

/// <summary>One condition of the real kernel and what the agent must conclude of it.</summary>
/// <param name="Name">A row of the confusion matrix.</param>
/// <param name="Expected">The resources named: limiting ones, or those near for the verdict near; empty for none.</param>
/// <param name="Make">Makes the condition; traffic started here goes on during the watch.</param>
sealed record Scenario(string Name, string[] Expected, Func<Stage, Task> Make)
{
    internal string Verdict { get; init; } = "limiting";

    internal Place Watch { get; init; } = Place.Server;

    /// <summary>How long the agent watches.</summary>
    internal int Seconds { get; init; } = 3;

    /// <summary>Whether the agent has no privilege: the user nobody, no capability.</summary>
    internal bool AsNobody { get; init; }

    /// <summary>Whether no other scenario may run beside it: it changes the whole host, or takes most of a CPU.</summary>
    internal bool Alone { get; init; }

    /// <summary>A part of the subject of the first resource expected.</summary>
    internal string Subject { get; init; } = "";

    /// <summary>Findings that must be there.</summary>
    internal string[] Found { get; init; } = [];

    /// <summary>Findings that must not.</summary>
    internal string[] NotFound { get; init; } = [];

    /// <summary>Words that evidence, advice, or a finding must have, in any case of letters. "a|b" is a or b.</summary>
    internal string[] Says { get; init; } = [];

    /// <summary>Words that they must not have. What will not help may have them.</summary>
    internal string[] SaysNot { get; init; } = [];

    /// <summary>Further claims on the document.</summary>
    internal Action<JsonElement>? Also { get; init; }

    /// <summary>Counts that the kernel must have reached before the agent is asked, however long that takes.</summary>
    internal (Signal Signal, double AtLeast)[] Awaited { get; init; } = [];

    /// <summary>Where the kernel counts them, if the agent runs elsewhere.</summary>
    internal Place? AwaitedAt { get; init; }

    /// <summary>Counts that the kernel must have reached; otherwise the condition was not made.</summary>
    internal (Signal Signal, double AtLeast)[] Counted { get; init; } = [];

    /// <summary>Counts that must not have risen.</summary>
    internal Signal[] Still { get; init; } = [];

    /// <summary>Values of the exposition.</summary>
    internal (string Series, double Value)[] Shown { get; init; } = [];

    internal int ExitCode => Verdict switch
    {
        "ok" => 0,
        "near" => 1,
        "limiting" => 2,
        _ => 3,
    };

    internal string Conclusion => Text(Verdict, Expected, Found);

    /// <summary>What a document says about it, including the findings that it names, wanted or not.</summary>
    internal string ConclusionOf(JsonElement document) =>
        Text(document.Verdict(), document.Blamed(), Found.Concat(NotFound).Where(id => document.HasFinding(id)));

    static string Text(string verdict, IEnumerable<string> blamed, IEnumerable<string> findings) =>
        (blamed.Any() ? $"{verdict}: {string.Join(", ", blamed.Order())}" : verdict)
        + (findings.Any() ? $" ({string.Join(", ", findings.Order())})" : "");

    internal static Scenario Healthy(string name, Func<Stage, Task> make) => new(name, [], make) { Verdict = "ok" };

    public override string ToString() => Name;
}

/// <summary>Reads a why document.</summary>
static class Document
{
    internal static string Verdict(this JsonElement document) => document.GetProperty("verdict").GetString()!;

    /// <summary>What is blamed: the limiting resource, or if there is none, the near one.</summary>
    internal static string[] Blamed(this JsonElement document)
    {
        var limiting = document.GetProperty("limiting").EnumerateArray().Select(name => name.GetString()!).ToArray();
        return limiting.Length > 0 ? limiting : [.. document.GetProperty("resources").EnumerateArray()
            .Where(resource => resource.GetProperty("state").GetString() == "near").Select(resource =>
                resource.GetProperty("resource").GetString()!)];
    }

    internal static JsonElement Resource(this JsonElement document, string name) =>
        document.GetProperty("resources").EnumerateArray().Single(resource => resource.GetProperty("resource").GetString() == name);

    internal static string Subject(this JsonElement resource) => resource.GetProperty("subject").GetString() ?? "";

    internal static string Text(this JsonElement resource, string list) =>
        string.Join('\n', resource.GetProperty(list).EnumerateArray().Select(text => text.GetString()));

    /// <summary>Evidence and advice of every resource and the findings with their ids, a line each.</summary>
    internal static string AllText(this JsonElement document, params string[] lists) => string.Join('\n', (string[])
    [
        .. document.GetProperty("resources").EnumerateArray().SelectMany(resource => lists.Select(list => resource.Text(list))),
        .. document.GetProperty("findings").EnumerateArray().Select(one => $"{one.GetProperty("id")}: {one.GetProperty("text")}"),
    ]);

    internal static bool HasFinding(this JsonElement document, string id) =>
        document.GetProperty("findings").EnumerateArray().Any(finding => finding.GetProperty("id").GetString() == id);
}
