using System.Text.Json;
using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Deploy;

/// <summary>A dashboard file of deploy/grafana, as tests read it.</summary>
sealed class Dashboard
{
    readonly JsonElement _root;

    Dashboard(string path) => (Text, _root) = (File.ReadAllText(path), JsonDocument.Parse(File.ReadAllText(path)).RootElement);

    internal static Dashboard Open(string name) => new(Repo.Path("deploy", "grafana", "dashboards", name));

    internal static string[] Files =>
        [.. Directory.GetFiles(Repo.Path("deploy", "grafana", "dashboards")).Select(file =>
            Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    internal string Text { get; }

    internal JsonElement Root => _root;

    /// <summary>Those of collapsed rows too.</summary>
    internal JsonElement[] Everything => [.. Top.SelectMany(panel => Inner(panel).Prepend(panel))];

    internal JsonElement[] Top => [.. _root.GetProperty("panels").EnumerateArray()];

    internal static IEnumerable<JsonElement> Inner(JsonElement row) =>
        row.TryGetProperty("panels", out var panels) ? panels.EnumerateArray() : [];

    /// <summary>Without the rows.</summary>
    internal JsonElement[] Panels => [.. Everything.Where(panel => panel.Text("type") != "row")];

    internal JsonElement[] Variables => [.. _root.GetProperty("templating").GetProperty("list").EnumerateArray()];

    internal IEnumerable<(string Panel, JsonElement Target)> Targets =>
        from panel in Panels from target in panel.GetProperty("targets").EnumerateArray() select (panel.Text("title"), target);

    /// <summary>Every expression, including those of annotations and variables, with its place.</summary>
    internal IEnumerable<(string Where, string Expression)> Expressions =>
        Targets.Select(one => ($"{one.Panel} {one.Target.Text("refId")}", one.Target.Text("expr")))
            .Concat(
                _root.GetProperty("annotations").GetProperty("list").EnumerateArray().Select(one => (one.Text("name"), one.Text("expr"))))
            .Concat(Variables.Where(one => one.Text("type") == "query").Select(one =>
                (one.Text("name"), Regex.Match(one.GetProperty("query").Text("query"), @"^label_values\((.+), \w+\)$").Groups[1].Value)));

    /// <summary>
    /// Each field as a path that begins with the type of its panel, with the value where it is a word of Grafana's own. They are
    /// compared with fields.txt, which is written only after Grafana's schema has accepted the files.
    /// </summary>
    internal static string[] Fields => [.. Files.SelectMany(file => Open(file).FieldsHere()).Distinct().Order(StringComparer.Ordinal)];

    internal static string FieldsFile => Repo.Path("tests", "TcpAgent.Lab", "Grafana", "fields.txt");

    IEnumerable<string> FieldsHere() =>
        Everything.SelectMany(panel => Walk(panel, panel.Text("type"))).Where(path => !IsOfAnInnerPanel(path)).Concat(
            _root.EnumerateObject().Where(field => field.Name != "panels").SelectMany(field =>
                Walk(field.Value, $"dashboard.{field.Name}")));

    /// <summary>It is walked by its own type.</summary>
    static bool IsOfAnInnerPanel(string path) => path.StartsWith("row.panels.", StringComparison.Ordinal);

    static IEnumerable<string> Walk(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Walk(item, path)),
        // The keys of these are the columns' names.
        JsonValueKind.Object when path.EndsWith("ByName", StringComparison.Ordinal) => [path],
        JsonValueKind.Object =>
            element.EnumerateObject().SelectMany(field => Walk(field.Value, $"{path}.{(char.IsDigit(field.Name[0]) ? "*" : field.Name)}")),
        JsonValueKind.String when Regex.IsMatch(path, @"\.(id|type|mode|unit|custom\.\w+|custom\.\w+\.\w+)$|^[\w-]+\.options\.") =>
            [$"{path}={element.GetString()}"],
        _ => [path],
    };

    /// <summary>
    /// The metric names in an expression, and where each begins. Words in strings, label lists or braces are no names.
    /// </summary>
    internal static IEnumerable<Match> Names(string expression) => Regex.Matches(
        Regex.Replace(expression, "\"(\\\\.|[^\"])*\"", match => new string('"', match.Length)),
        @"(?<![\w:$.])(tcpagent_|process_|[a-z]+:tcpagent_|up\b|ALERTS\b)[\w:]*");
}

static class JsonReading
{
    internal static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
