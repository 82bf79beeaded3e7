using System.Text.Json;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Grafana;

/// <summary>The mixin of deploy/mixin, built by jsonnet, is the files that are shipped; its configuration reaches all it names.</summary>
[Trait("Category", "live")]
public sealed class MixinTests
{
    [SkippableTheory]
    [InlineData("alerts.json", "mixin/alerts.json")]
    [InlineData("rules.json", "mixin/rules.json")]
    [InlineData("tcp-agent-host.json", "grafana/dashboards/host.json")]
    [InlineData("tcp-agent-fleet.json", "grafana/dashboards/fleet.json")]
    public async Task ItBuildsTheFilesThatAreShipped(string name, string file)
    {
        using var built = JsonDocument.Parse(await Build($"(import 'build.jsonnet')['{name}']"));
        using var shipped = JsonDocument.Parse(await File.ReadAllTextAsync(Repo.Path(["deploy", .. file.Split('/')])));
        Assert.Equal(Lines(shipped.RootElement, ""), Lines(built.RootElement, ""));
    }

    /// <summary>Each value with its path, sorted; jsonnet writes 0.8 as 0.80000000000000004.</summary>
    static string[] Lines(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => [.. element.EnumerateObject().SelectMany(field => Lines(field.Value, $"{path}.{field.Name}"))
            .Order(StringComparer.Ordinal)],
        JsonValueKind.Array => [.. element.EnumerateArray().SelectMany((item, i) => Lines(item, $"{path}[{i}]"))],
        JsonValueKind.Number => [FormattableString.Invariant($"{path}={element.GetDouble()}")],
        _ => [$"{path}={element}"],
    };

    [SkippableFact]
    public async Task ItsConfigurationReachesEverything()
    {
        var text = await Build(
            """
            local own = (import 'mixin.libsonnet') + { _config+:: { job: 'net', runbookUrl: 'https://wiki/x', grafanaUrl: 'https://grafana',
              pageScheme: 'https', pageSuffix: ':10793', dashboardTags: ['net'], dashboardRefresh: '1m' } };
            [own.prometheusAlerts, own.prometheusRules, own.grafanaDashboards]
            """);
        foreach (var gone in (string[])[
            "tcp-agent.example", "grafana.example", "job=\\\"tcp-agent\\\"", "\"30s\"", "\"tcpagent\"", "\"http://"])
            Assert.DoesNotContain(gone, text, StringComparison.Ordinal);
        foreach (var there in (string[])[
            "https://wiki/x#tcpagentdown", "https://grafana/d/tcpagent-host", "up{job=\\\"net\\\"}", "\":10793\""])
            Assert.Contains(there, text, StringComparison.Ordinal);
    }

    static Task<string> Build(string expression) =>
        Child.Run(Require.Tool("jsonnet", "jsonnet"), "-J", Repo.Path("deploy", "mixin"), "-e", expression);
}
