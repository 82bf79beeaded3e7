using System.Globalization;
using System.Text.Json;
using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>
/// Reads the document of <see cref="VerdictJson"/> back, so that `why` can show an agent's answer as it shows its own. It finds members by
/// name and skips those that it does not know: the agent that answers may be older or newer.
/// </summary>
static class VerdictReader
{
    /// <summary>Null if it is no such document.</summary>
    internal static HostVerdict? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter comes from an escape that is no character.
            return null;
        }
    }

    static HostVerdict? Read(JsonElement root)
    {
        if (Number(root, "version") != VerdictJson.Version || Time(root, "time") is not { } time || Text(root, "verdict") is not { } state)
            return null;
        return new HostVerdict(
            time, Real(root, "watched_seconds"), ResourceStateNames.Parse(state), List(root, "resources", ReadResource),
            List(root, "drops", ReadDrop), List(root, "findings", ReadFinding))
        {
            Since = Time(root, "since"),
            NetworkNamespace = Text(root, "network_namespace"),
            Headline = Text(root, "headline") ?? "",
            Connections = Member(root, "connections", JsonValueKind.Object) is { } connections
                ? ConnectionJson.Read(connections)
                : ConnectionsReport.None,
            Destinations = Member(root, "destinations", JsonValueKind.Array) is null
                ? null
                : List(root, "destinations", DestinationJson.Read),
        };
    }

    static ResourceReport ReadResource(JsonElement one)
    {
        var name = Text(one, "resource") ?? "";
        var row = Array.Find(ResourceCatalog.All, row => row.Name == name) ?? new Resource(
            name, [], Text(one, "scope") == "host" ? Scope.Host : Scope.Namespace, Text(one, "unit") ?? "", Text(one, "title") ?? "",
            _ => null, _ => []);
        var report = new ResourceReport(row, ResourceStateNames.Parse(Text(one, "state")))
        {
            Since = Time(one, "since"),
            Used = Number(one, "used"),
            Limit = Number(one, "limit"),
            Peak = Number(one, "peak"),
            PeakLimit = Number(one, "peak_limit"),
            Losses = Number(one, "losses"),
            LossesTotal = Number(one, "losses_total"),
            Instance = Text(one, "subject") is { Length: > 0 } subject ? new Instance(subject) : null,
            Owner = Text(one, "owner"),
            Cause = Text(one, "cause"),
            IsIncomplete = Member(one, "incomplete", JsonValueKind.True) is not null,
            Headline = Text(one, "headline") ?? "",
            HeadlinePast = Text(one, "headline_past") ?? "",
        };
        report.Evidence.AddRange(List(one, "evidence", Sentence));
        report.Advice.AddRange(List(one, "advice", Sentence));
        report.WillNotFix.AddRange(List(one, "will_not_fix", Sentence));
        return report;
    }

    static DropReport ReadDrop(JsonElement one)
    {
        var name = Text(one, "stage") ?? "";
        var isHarmful = Member(one, "harmful", JsonValueKind.True) is not null;
        var stage = Array.Find(DropStages.All, stage => stage.Stage == name)
            ?? new DropStage(name, isHarmful, Text(one, "meaning") ?? "", _ => Tally.Of());
        return new DropReport(stage, Number(one, "count") ?? 0, Number(one, "total") ?? 0, Real(one, "per_second"));
    }

    static Finding ReadFinding(JsonElement one) =>
        new(Text(one, "id") ?? "", Text(one, "severity") ?? "", Text(one, "text") ?? "", Text(one, "headline"));

    internal static string Sentence(JsonElement one) => one.ValueKind == JsonValueKind.String ? one.GetString()! : "";

    internal static List<T> List<T>(JsonElement of, string name, Func<JsonElement, T> read)
    {
        var list = new List<T>();
        if (Member(of, name, JsonValueKind.Array) is { } array)
            foreach (var one in array.EnumerateArray())
                list.Add(read(one));
        return list;
    }

    internal static JsonElement? Member(JsonElement of, string name, JsonValueKind kind) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    internal static string? Text(JsonElement of, string name) => Member(of, name, JsonValueKind.String)?.GetString();

    internal static long? Number(JsonElement of, string name) =>
        Member(of, name, JsonValueKind.Number) is { } number && number.TryGetInt64(out var value) ? value : null;

    internal static double Real(JsonElement of, string name) =>
        Member(of, name, JsonValueKind.Number) is { } number && number.TryGetDouble(out var value) ? value : 0;

    internal static double? RealOrNull(JsonElement of, string name) =>
        Member(of, name, JsonValueKind.Number) is null ? null : Real(of, name);

    static DateTimeOffset? Time(JsonElement of, string name) =>
        DateTimeOffset.TryParse(
            Text(of, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
