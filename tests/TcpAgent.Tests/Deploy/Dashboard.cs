using System.Text.Json;
using System.Text.RegularExpressions;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests.Deploy;

/// <summary>A dashboard file of deploy/grafana, with what tests ask of it.</summary>
sealed class Dashboard
{
    readonly JsonElement _root;

    Dashboard(string path) => (Text, _root) = (File.ReadAllText(path), JsonDocument.Parse(File.ReadAllText(path)).RootElement);

    internal static Dashboard Open(string name) => new(Repo.Path("deploy", "grafana", "dashboards", name));

    internal static string[] Files =>
        [.. Directory.GetFiles(Repo.Path("deploy", "grafana", "dashboards")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    internal string Text { get; }

    internal JsonElement Root => _root;

    internal JsonElement[] Everything => [.. _root.GetProperty("panels").EnumerateArray()];

    /// <summary>Without the rows.</summary>
    internal JsonElement[] Panels => [.. Everything.Where(panel => panel.Text("type") != "row")];

    internal JsonElement[] Variables => [.. _root.GetProperty("templating").GetProperty("list").EnumerateArray()];

    internal IEnumerable<(string Panel, JsonElement Target)> Targets =>
        from panel in Panels from target in panel.GetProperty("targets").EnumerateArray() select (panel.Text("title"), target);

    /// <summary>Every expression, those of annotations and variables too, each with where it stands.</summary>
    internal IEnumerable<(string Where, string Expression)> Expressions =>
        Targets.Select(one => ($"{one.Panel} {one.Target.Text("refId")}", one.Target.Text("expr")))
            .Concat(_root.GetProperty("annotations").GetProperty("list").EnumerateArray().Select(one => (one.Text("name"), one.Text("expr"))))
            .Concat(Variables.Where(one => one.Text("type") == "query").Select(one =>
                (one.Text("name"), Regex.Match(one.GetProperty("query").Text("query"), @"^label_values\((.+), \w+\)$").Groups[1].Value)));

    /// <summary>The metric names in an expression, with where each begins. What stands in strings, label lists or braces is no name.</summary>
    internal static IEnumerable<Match> Names(string expression) => Regex.Matches(
        Regex.Replace(expression, "\"(\\\\.|[^\"])*\"", match => new string('"', match.Length)),
        @"(?<![\w:$.])(tcpagent_|process_|[a-z]+:tcpagent_|up\b|ALERTS\b)[\w:]*");
}

static class JsonReading
{
    internal static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
