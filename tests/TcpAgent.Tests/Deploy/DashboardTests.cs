using System.Text.RegularExpressions;
using TcpAgent.Cli;
using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Tests.Deploy;

/// <summary>The dashboards keep the conventions of Grafana's dashboard linter and name only what the agent or a rule exports.</summary>
public class DashboardTests
{
    public static TheoryData<string> Files => [.. Dashboard.Files];

    /// <summary>Recorded series without an instance, because they are of another level.</summary>
    static readonly string[] s_aboveInstances = ["job:", "resource:", "stage:", "version:"];

    [Fact]
    public void ThereAreTwo() => Assert.Equal(["fleet.json", "host.json"], Dashboard.Files);

    [Theory]
    [MemberData(nameof(Files))]
    public void ItIsWhatAGrafanaCanImport(string file)
    {
        var dashboard = Dashboard.Open(file);
        var root = dashboard.Root;
        Assert.Equal($"tcpagent-{Path.GetFileNameWithoutExtension(file)}", root.Text("uid"));
        Assert.True(root.GetProperty("editable").GetBoolean(), "a copy that people edit is worse than the original");
        Assert.False(root.TryGetProperty("id", out _), "an id is Grafana's own");
        Assert.DoesNotContain("__inputs", dashboard.Text, StringComparison.Ordinal);
        Assert.True(dashboard.Text.All(char.IsAscii));
        Assert.True(root.Text("description").Length > 30 && root.Text("refresh").Length > 0);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void VariablesAreDataSourceJobAndInstance(string file)
    {
        var variables = Dashboard.Open(file).Variables;
        Assert.Equal(["datasource", "job", "instance"], variables.Take(3).Select(one => one.Text("name")));
        Assert.Equal("datasource", variables[0].Text("type"));
        Assert.Equal("prometheus", variables[0].Text("query"));
        Assert.Equal("Data source", variables[0].Text("label"));
        foreach (var variable in variables.Skip(1).Where(one => one.Text("type") != "textbox"))
        {
            Assert.Equal("query", variable.Text("type"));
            Assert.Equal(".+", variable.Text("allValue"));
            Assert.Equal("${datasource}", variable.GetProperty("datasource").Text("uid"));
            Assert.True(variable.GetProperty("multi").GetBoolean());
            // Host opens with one host, because a whole fleet would be ten thousand lines a panel.
            Assert.Equal((file, variable.Text("name")) != ("host.json", "instance"), variable.GetProperty("includeAll").GetBoolean());
            Assert.Equal(2, variable.GetProperty("refresh").GetInt32());
            Assert.NotEqual("", variable.Text("label"));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryPanelSaysWhatItShowsInWhichUnit(string file)
    {
        var dashboard = Dashboard.Open(file);
        Assert.Equal(
            dashboard.Everything.Length, dashboard.Everything.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        foreach (var panel in dashboard.Panels)
        {
            var title = panel.Text("title");
            Assert.NotEqual("", title);
            Assert.True(panel.Text("description").Length > 20, $"{title}: no description");
            Assert.True(panel.GetProperty("fieldConfig").GetProperty("defaults").Text("unit").Length > 0, $"{title}: no unit");
            Assert.Equal("${datasource}", panel.GetProperty("datasource").Text("uid"));
            var targets = panel.GetProperty("targets").EnumerateArray().ToArray();
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Length, targets.Select(target => target.Text("refId")).Distinct().Count());
            Assert.All(targets, target => Assert.Equal("${datasource}", target.GetProperty("datasource").Text("uid")));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EverySelectorIsBoundToTheChosenJobsAndHosts(string file)
    {
        foreach (var (where, expression) in Dashboard.Open(file).Expressions.Where(one => one.Where is not ("job" or "instance")))
        {
            Assert.NotEmpty(Dashboard.Names(expression));
            foreach (var name in Dashboard.Names(expression))
            {
                var selector = Regex.Match(expression[(name.Index + name.Length)..], @"^\{[^}]*\}").Value;
                Assert.True(selector.Contains("job=~\"$job\"", StringComparison.Ordinal), $"{where}: {name.Value} of any job");
                Assert.True(
                    s_aboveInstances.Any(level => name.Value.StartsWith(level, StringComparison.Ordinal))
                        || selector.Contains("instance=~\"$instance\"", StringComparison.Ordinal),
                    $"{where}: {name.Value} of any instance");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryMetricIsTheAgentsOrARecordedOne(string file)
    {
        var known = Known();
        foreach (var (where, expression) in Dashboard.Open(file).Expressions)
            foreach (var name in Dashboard.Names(expression))
                Assert.True(known.ContainsKey(name.Value), $"{where}: {name.Value} is neither in describe nor in the rules");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ACounterIsARateOverTheIntervalThatFitsTheZoom(string file)
    {
        foreach (var (where, expression) in Dashboard.Open(file).Expressions)
        {
            foreach (var name in Dashboard.Names(expression).Where(name => name.Value.EndsWith("_total", StringComparison.Ordinal)))
                Assert.True(Regex.IsMatch(expression[..name.Index], @"\b(rate|increase)\($"), $"{where}: {name.Value} without rate");
            foreach (Match call in Regex.Matches(expression, @"\b(\w+)\([^()]*\[([^\]]+)\]"))
                new Facts(where).Is(
                    call.Groups[1].Value switch { "rate" => "$__rate_interval", "deriv" => "15m", _ => "$__range" },
                    call.Groups[2].Value, "range").Verify();
        }
    }

    /// <summary>
    /// Grafana's schema comes from the npm registry, which CI does not depend on, so fields.txt lists what it accepted. A new field or word
    /// needs one run of DashboardSchemaTests with UPDATE=1.
    /// </summary>
    [Fact]
    public void EveryFieldHasPassedGrafanasSchema() => Assert.Empty(Dashboard.Fields.Except(File.ReadLines(Dashboard.FieldsFile)));

    /// <summary>
    /// Over a range, the last value may come from a series that ended: a limiter of an hour ago would appear as current.
    /// </summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void PanelsOfTheMomentAskForOneMoment(string file)
    {
        foreach (var panel in Dashboard.Open(file).Panels.Where(panel =>
            panel.Text("type") is "table" or "bargauge"
                || (panel.Text("type") == "stat" && panel.GetProperty("options").Text("graphMode") == "none")))
            Assert.All(
                panel.GetProperty("targets").EnumerateArray(), target =>
                    Assert.True(target.TryGetProperty("instant", out var instant) && instant.GetBoolean(), panel.Text("title")));
    }

    /// <summary>Without the rules there is no data; a 0 would look healthy.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void NoNumberIsMadeUp(string file) => Assert.DoesNotContain("vector(", Dashboard.Open(file).Text, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Files))]
    public void ALegendNamesOnlyLabelsThatTheSeriesHave(string file)
    {
        var known = Known();
        foreach (var (panel, target) in Dashboard.Open(file).Targets)
        {
            var labels = Dashboard.Names(target.Text("expr")).SelectMany(name => known[name.Value]).Append("instance").Append("job")
                .ToArray();
            foreach (Match label in Regex.Matches(target.Text("legendFormat"), @"\{\{(\w+)\}\}"))
                Assert.True(labels.Contains(label.Groups[1].Value), $"{panel}: {label.Value}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void LinksLeadToOneOfThem(string file)
    {
        foreach (Match link in Regex.Matches(Dashboard.Open(file).Text, @"/d/([\w-]+)"))
            Assert.Contains(link.Groups[1].Value, Dashboard.Files.Select(one => Dashboard.Open(one).Root.Text("uid")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TheLedgerIsStackedInPacketOrder(string file)
    {
        var panel = Dashboard.Open(file).Panels.Single(panel => panel.Text("title").StartsWith("Drops by stage", StringComparison.Ordinal));
        var stages = panel.GetProperty("targets").EnumerateArray()
            .Select(target => Regex.Match(target.Text("expr"), "stage=\"(\\w+)\"").Groups[1].Value);
        Assert.Equal(DropStages.All.Select(stage => stage.Stage), stages);
        Assert.Equal(
            "normal", panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("custom").GetProperty("stacking").Text("mode"));
    }

    /// <summary>Names with their labels; of a recorded one those its by clause and its metrics give.</summary>
    static Dictionary<string, string[]> Known()
    {
        var known = DescribeCommand.Metrics().GroupBy(one => one.Row.Name)
            .ToDictionary(group => group.Key, group => group.SelectMany(one => one.Labels.Split(',')).ToArray());
        foreach (var histogram in DescribeCommand.Metrics().Where(one => one.Row.Type == MetricType.Histogram))
            known[$"{histogram.Row.Name}_bucket"] = [.. histogram.Labels.Split(','), "le"];
        known["up"] = known["ALERTS"] = [];
        foreach (var rule in RuleFiles.Rules.Where(rule => rule.Has("record")))
            known[rule.Text("record")] = [
                .. Regex.Matches(rule.Text("expr"), @"by \(([^)]*)\)").SelectMany(match => match.Groups[1].Value.Split(", ")),
                .. Dashboard.Names(rule.Text("expr")).SelectMany(name => known.GetValueOrDefault(name.Value, [])), "state"];
        return known;
    }
}
