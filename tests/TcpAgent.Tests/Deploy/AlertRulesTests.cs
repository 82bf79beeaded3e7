using System.Text.RegularExpressions;
using TcpAgent.Cli;
using TcpAgent.Resources;

namespace TcpAgent.Tests.Deploy;

/// <summary>The alerts say what they mean, have tests, and name metrics that exist. In the lab, promtool tests what they do.</summary>
public partial class AlertRulesTests
{
    static readonly string s_folder = Repo.Path("deploy", "prometheus");

    static readonly string s_rules = File.ReadAllText(Path.Combine(s_folder, "alerts.rules.yml"));

    static readonly string s_recordings = File.ReadAllText(Path.Combine(s_folder, "recording.rules.yml"));

    static readonly string s_operations = File.ReadAllText(Repo.Path("docs", "operations.md"));

    static readonly string s_testing = File.ReadAllText(Repo.Path("docs", "testing.md"));

    static readonly string[] s_tests = [.. Directory.GetFiles(Path.Combine(s_folder, "tests"), "*.yml").Select(File.ReadAllText)];

    /// <summary>Name and text of each alert.</summary>
    static readonly Dictionary<string,
    string> s_alerts = AlertPattern().Split(s_rules)[1..].Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    public static TheoryData<string> Names => new(s_alerts.Keys);

    [Fact]
    public void ThereAreAlerts() => Assert.InRange(s_alerts.Count, 25, 50);

    [Theory]
    [MemberData(nameof(Names))]
    public void ItSaysWhatItMeans(string name)
    {
        var text = s_alerts[name];
        Assert.Matches("severity: (critical|warning)[,}]", text);
        foreach (var field in (string[])["for", "summary", "description", "runbook_url"])
            Assert.Matches($@"(?m)^ +{field}: \S", text);
        Assert.Matches($@"runbook_url: https://tcp-agent\.example/docs/operations\.md#{name.ToLowerInvariant()}\n", text);
        Assert.Matches($"(?m)^### {name}$", s_operations);
        Assert.Matches($@"(?m)^\| (\w+, )*{name}(, \w+)* \| \w", s_testing);
        Assert.Matches("(?m)^ +summary: (>-\n +)?\"?(\\{\\{ \\$labels\\.instance \\}\\}: |No target)", text);
        foreach (var link in (string[])["dashboard_url", "agent_url", "history_url"])
            Assert.True(
                Regex.IsMatch(text, $"(?m)^ +{link}: [*&]{link}") || name == "TcpAgentAbsent"
                    || (name == "TcpAgentDown" && link != "dashboard_url"),
                $"{name}: no {link}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ItIsSeenFiringNotFiringAndAtTheBoundary(string name)
    {
        foreach (var kind in (string[])["fires", "quiet", "boundary"])
        {
            var cases = s_tests.SelectMany(text => CasePattern().Split(text))
                .Where(one => one.StartsWith($"{name} {kind}: ", StringComparison.Ordinal)).ToArray();
            Assert.True(cases.Length > 0, $"no rule test \"{name} {kind}: ...\"");
            foreach (var one in cases)
            {
                Assert.Contains($"alertname: {name}", one, StringComparison.Ordinal);
                Assert.Equal(kind != "quiet", one.Contains("exp_labels", StringComparison.Ordinal));
                Assert.Equal(kind == "quiet", !one.Contains("exp_annotations", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>
    /// The runbook of an alert that pages: what it does to users, where to look, what to do, how to make that last, how to see that it
    /// helped, and what not to do.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void ItsRunbookIsComplete(string name)
    {
        var runbook = s_operations.Split("\n### ").Single(one => one.StartsWith($"{name}\n", StringComparison.Ordinal)).Split("\n## ")[0];
        foreach (var part in (string[])["Impact", "Check", "Fix now", "Verify", "Do not"])
            Assert.Matches($@"(?m)^- \*\*{part}\.\*\* \w|^- \*\*{part}\.\*\* `", runbook);
        foreach (Match setting in Regex.Matches(runbook, @"(?m)^ *sysctl -w ([\w.]+)="))
            Assert.Contains($"echo \"{setting.Groups[1].Value} = ", runbook, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^ *echo ""[\w.]+ = .*""(?! >> /etc/sysctl\.d/90-tcp-agent\.conf$)", runbook);
    }

    /// <summary>Alerts that page are about a resource that is full and loses. Alerts that may be inhibited name their resource.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void WhatPagesIsTheVerdictLimiting(string name)
    {
        var text = s_alerts[name];
        if (text.Contains("severity: critical", StringComparison.Ordinal))
        {
            Assert.Contains("verdict: limiting", text, StringComparison.Ordinal);
            Assert.Contains("keep_firing_for: 5m", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"losses_total(\{[^}]*\})?\[5m\]\) > 0\n", text);
        }
        // Alertmanager never tells that an alert is resolved while a page inhibits it: the milder one has to be the last to go.
        if (text.Contains("verdict: near", StringComparison.Ordinal))
            Assert.Contains("keep_firing_for: 10m", text, StringComparison.Ordinal);
        if (text.Contains("verdict: limiting", StringComparison.Ordinal))
            Assert.Matches("tcpagent_resource_state[^=]*(\\{[^}]*\\})? == 2", text);
        if (text.Contains("verdict:", StringComparison.Ordinal))
            Assert.Matches("resource: [a-z]|expr: \\|\\s+[a-z(]*\\s*\\(?tcpagent_resource_|(rate|increase)\\(tcpagent_resource_", text);
    }

    [Fact]
    public void EveryMetricExists()
    {
        var known = DescribeCommand.Metrics().Select(one => one.Row.Name).ToHashSet();
        var recorded = RuleFiles.Recorded;
        foreach (var text in s_tests.Append(s_rules).Append(s_recordings).Append(s_operations))
            foreach (Match match in MetricPattern().Matches(text))
                Assert.True(known.Contains(match.Value) || recorded.Contains(match.Value), $"{match.Value} does not exist");
    }

    [Fact]
    public void EveryResourceAndStateExists()
    {
        var resources = ResourceCatalog.All.Select(resource => resource.Name).ToHashSet();
        foreach (Match match in ResourcePattern().Matches(s_rules))
            foreach (var name in match.Groups[1].Value.Split('|'))
                Assert.Contains(name, resources);
    }

    /// <summary>A resource that loses is reported by an alert of its own, or by the general one.</summary>
    [Fact]
    public void EveryResourceHasAnAlertThatSaysLimiting()
    {
        var others = Regex.Match(s_alerts["TcpAgentResourceLimiting"], "resource!~\"([a-z0-9_|]+)\"").Groups[1].Value.Split('|');
        foreach (var resource in ResourceCatalog.All.Select(one => one.Name))
        {
            var own = s_alerts.Where(alert => alert.Value.Contains("verdict: limiting", StringComparison.Ordinal)
                && Regex.IsMatch(alert.Value, $"resource_state\\{{resource=~?\"([a-z0-9_|]+\\|)?{resource}[|\"]"));
            Assert.Equal(others.Contains(resource), own.Any());
        }
    }

    [GeneratedRegex(@"(?m)^ +- alert: (\w+)$")]
    private static partial Regex AlertPattern();

    [GeneratedRegex("(?m)^  - name: \"")]
    private static partial Regex CasePattern();

    [GeneratedRegex(@"(?<![\w:])(instance[a-z_]*:)?tcpagent_[a-z0-9_]+(:[a-z0-9_]+)?")]
    private static partial Regex MetricPattern();

    [GeneratedRegex("resource[!=]~?\"([a-z0-9_|]+)\"")]
    private static partial Regex ResourcePattern();
}
