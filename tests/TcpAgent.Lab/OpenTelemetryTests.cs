using TcpAgent.Lab.Support;
using TcpAgent.Tests.Deploy;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Lab;

/// <summary>
/// What the collector's Prometheus receiver is given, in the hands of a real Prometheus, because no collector can be had.
/// </summary>
[Trait("Category", "live")]
public sealed class OpenTelemetryTests
{
    [SkippableFact]
    public async Task PrometheusScrapesTheAgentWithTheReceiversConfiguration()
    {
        var (prometheus, promtool) = (Require.Tool("prometheus", "prometheus"), Require.Tool("promtool", "prometheus"));
        var (agentPort, port) = (Ports.Free(), Ports.Free());
        var folder = Directory.CreateTempSubdirectory("tcp-agent-opentelemetry-").FullName;
        try
        {
            var collector = Yaml.Load(Repo.Path("deploy", "opentelemetry", "collector.yaml")).Single();
            await using (var file = File.CreateText($"{folder}/prometheus.yml"))
                new YamlStream(new YamlDocument(collector.At("receivers/prometheus/config"))).Save(file, assignAnchors: false);
            Directory.CreateDirectory($"{folder}/targets");
            await File.WriteAllTextAsync(
                $"{folder}/targets/edge.yml",
                (await File.ReadAllTextAsync(Repo.Path("deploy", "prometheus", "targets", "edge.yml")))
                    .Replace("\"lb1.example:10793\", \"lb2.example:10793\"", $"\"127.0.0.1:{agentPort}\"", StringComparison.Ordinal));
            await Child.Run(promtool, "check", "config", $"{folder}/prometheus.yml");

            await using var agent = AgentProgram.Serve(agentPort);
            await using var server = Child.Start(
                prometheus,
                [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/tsdb", $"--web.listen-address=127.0.0.1:{port}"]);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await Eventually.Holds(
                async () =>
                    await PrometheusApi.Query(client, "tcpagent_samples_total{job=\"tcp-agent\",role=\"edge\"} and on () up == 1") is [_],
                TimeSpan.FromSeconds(60), () => server.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
