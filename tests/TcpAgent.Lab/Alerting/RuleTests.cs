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

    [SkippableFact]
    public Task TheAlertmanagerConfigurationIsValid() => Child.RunFor(
        0, null, Require.Tool("amtool", "prometheus-alertmanager"), "check-config",
        Repo.Path("deploy", "alertmanager", "alertmanager.yml"));
}
