using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Fleet;

/// <summary>
/// The road beyond one Prometheus: two shards in agent mode, with the configuration as it is shipped, scrape the agent between
/// them once and send its series on to another Prometheus.
/// </summary>
[Trait("Category", "live")]
public sealed class RemoteWriteTests
{
    [SkippableFact]
    public Task PromtoolAcceptsIt() => Child.Run(Require.Tool("promtool", "prometheus"), "check", "config", "--agent", Shard.Shipped);

    [SkippableFact]
    public async Task TwoShardsSendEachSeriesOnce()
    {
        var prometheus = Require.Tool("prometheus", "prometheus");
        var (agentPort, receiverPort) = (Ports.Free(), Ports.Free());
        var folder = Directory.CreateTempSubdirectory("tcp-agent-remote-write-").FullName;
        try
        {
            Directory.CreateDirectory($"{folder}/targets");
            await File.WriteAllTextAsync($"{folder}/targets/hosts.yml", $"- targets: [\"127.0.0.1:{agentPort}\"]\n");
            await File.WriteAllTextAsync($"{folder}/receiver.yml", "{}\n");

            await using var agent = AgentProgram.Serve(agentPort);
            await using var receiver = Child.Start(prometheus,
                [$"--config.file={folder}/receiver.yml", $"--storage.tsdb.path={folder}/tsdb",
                    $"--web.listen-address=127.0.0.1:{receiverPort}", "--web.enable-remote-write-receiver"]);
            await using var first = await Shard.Start(folder, 0, receiverPort, seconds: 1);
            await using var second = await Shard.Start(folder, 1, receiverPort, seconds: 1);

            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{receiverPort}") };
            await Eventually.Holds(
                async () =>
                    await Query(client, "rate(tcpagent_samples_total{job=\"tcp-agent\",cluster=\"example\"}[5s]) > 0.5") == 1
                        && await Query(client, "up == 1") == 1,
                TimeSpan.FromSeconds(40), () => first.Output + second.Output + receiver.Output);

            // A host that both scrape would appear twice; the second may send some seconds after the first.
            await Task.Delay(TimeSpan.FromSeconds(8));
            Assert.Equal((1, 1), (await Query(client, "tcpagent_samples_total"), await Query(client, "up")));
            Assert.Equal(0, await Query(client, "{job!=\"\",__name__!~\"tcpagent_.+|process_.+|up|scrape_.+\"}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How many series a query finds; -1 while the receiver does not answer.</summary>
    static async Task<int> Query(HttpClient client, string query) => (await PrometheusApi.Query(client, query))?.Length ?? -1;
}
