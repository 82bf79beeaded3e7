using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Fleet;

/// <summary>
/// A Prometheus in agent mode with deploy/prometheus/agent-remote-write.yml: it scrapes its share of the hosts and sends them on.
/// </summary>
static class Shard
{
    internal static string Shipped { get; } = Repo.Path("deploy", "prometheus", "agent-remote-write.yml");

    /// <summary>
    /// The shipped file but for this shard's number, which is also a label, the receiver, and the time between scrapes. The folder has
    /// the lists of hosts in targets, and gets the shard's files.
    /// </summary>
    internal static async Task<Child> Start(string folder, int number, int receiverPort, int seconds)
    {
        var prometheus = Require.Tool("prometheus", "prometheus");
        var text = await File.ReadAllTextAsync(Shipped);
        foreach (var (from, to) in ((string, string)[])[
            ("regex: \"0\"", $"regex: \"{number}\""), ("cluster: example", $"cluster: example\n    shard: \"{number}\""),
            ("http://mimir.example:9009/api/v1/push", $"http://127.0.0.1:{receiverPort}/api/v1/write"),
            ("scrape_interval: 15s", $"scrape_interval: {seconds}s")])
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync($"{folder}/shard{number}.yml", text);
        return Child.Start(
            prometheus,
            ["--enable-feature=agent", $"--config.file={folder}/shard{number}.yml", $"--storage.agent.path={folder}/wal{number}",
                $"--web.listen-address=127.0.0.1:{Ports.Free()}"]);
    }
}
