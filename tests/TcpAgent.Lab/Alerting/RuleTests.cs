using System.Text.RegularExpressions;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Alerting;

/// <summary>What deploy/prometheus and deploy/alertmanager hold is valid and does what its tests say, by Prometheus' own tools.</summary>
[Trait("Category", "live")]
public class RuleTests
{
    static readonly string s_folder = Repo.Path("deploy", "prometheus");

    static string[] Files(string pattern) =>
        [.. Directory.GetFiles(s_folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    [SkippableFact]
    public async Task EachAlertFiresWhenItShouldAndOnlyThen()
    {
        var promtool = Require.Tool("promtool", "prometheus");
        var tests = Files("*.yml").Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "tests").ToArray();
        Assert.NotEmpty(tests);
        await Child.RunFor(0, null, promtool, ["test", "rules", .. tests]);
    }

    [SkippableFact]
    public Task TheRulesAreValid() =>
        Child.RunFor(0, null, Require.Tool("promtool", "prometheus"), ["check", "rules", .. Files("*.rules.yml")]);

    /// <summary>Debian builds Prometheus without Kubernetes: its discovery is taken out, and the rest must be valid.</summary>
    [SkippableFact]
    public async Task TheConfigurationsAreValid()
    {
        var promtool = Require.Tool("promtool", "prometheus");
        var configurations = Files("prometheus*.yml");
        Assert.Equal(3, configurations.Length);
        foreach (var file in configurations)
        {
            var text = await File.ReadAllTextAsync(file);
            var from = text.IndexOf("    kubernetes_sd_configs:", StringComparison.Ordinal);
            if (from >= 0)
                text = text.Remove(from, text.IndexOf("    relabel_configs:", StringComparison.Ordinal) - from);
            var copy = Path.Combine(s_folder, $".{Path.GetRandomFileName()}");
            try
            {
                await File.WriteAllTextAsync(copy, text);
                await Child.RunFor(0, null, promtool, "check", "config", copy);
            }
            finally
            {
                File.Delete(copy);
            }
        }
    }

    static readonly string s_alertmanager = Repo.Path("deploy", "alertmanager");

    [SkippableFact]
    public Task TheAlertmanagerConfigurationIsValid() =>
        Child.RunFor(0, null, Amtool, "check-config", Path.Combine(s_alertmanager, "alertmanager.yml"));

    static string Amtool => Require.Tool("amtool", "prometheus-alertmanager");

    /// <summary>Receivers and route that an operator uncomments are valid; the route silences the port and nothing else.</summary>
    [SkippableFact]
    public async Task WhatIsCommentedOutIsValid()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-alertmanager-");
        try
        {
            var file = Path.Combine(folder.FullName, "alertmanager.yml");
            var text = await File.ReadAllTextAsync(Path.Combine(s_alertmanager, "alertmanager.yml"));
            text = Regex.Replace(text, "(?m)^    # ( *(?:- )?[a-z_]+:)", "    $1");
            Assert.Equal(2, Regex.Count(text, "(?m)^    slack_configs:"));
            Assert.Equal(1, Regex.Count(text, "(?m)^    pagerduty_configs:"));
            await File.WriteAllTextAsync(file, text);
            File.Copy(Path.Combine(s_alertmanager, "tcp-agent.tmpl"), Path.Combine(folder.FullName, "tcp-agent.tmpl"));
            await Child.RunFor(0, null, Amtool, "check-config", file);
            Assert.Equal("nobody", await Receiver("port=9229"));
            Assert.Equal("pager", await Receiver("port=8080"));

            async Task<string> Receiver(string port) => (await Child.Run(
                Amtool, "config", "routes", "test", $"--config.file={file}", "alertname=TcpAgentAcceptQueueOverflowing", "instance=lb1",
                "severity=critical", port)).Trim();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What a person reads on a phone or in a channel; UPDATE=1 writes it.</summary>
    [SkippableFact]
    public async Task ANotificationSaysFactEffectAndLinks()
    {
        var said = "";
        foreach (var part in (string[])["title", "page", "text", "slack"])
            said += $"--- tcpagent.{part}\n" + await Child.Run(
                Amtool, "template", "render", $"--template.glob={Path.Combine(s_alertmanager, "tcp-agent.tmpl")}",
                $"--template.text={{{{ template \"tcpagent.{part}\" . }}}}\n",
                $"--template.data={Path.Combine(s_alertmanager, "tests", "notification.json")}");
        GoldenFile.AssertEquals(Path.Combine(s_alertmanager, "tests", "notification.txt"), said);
    }
}
