using System.Text.Json;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using TcpAgent.Tests.Deploy;

namespace TcpAgent.Lab.Grafana;

/// <summary>Every expression of the dashboards returns data from a real Prometheus that scrapes the real agent under load.</summary>
[Trait("Category", "root")]
public sealed class DashboardQueriesTests
{
    const int AgentPort = 10793, HostPort = 10794, PrometheusPort = 9090;

    const string Compared = "five hosts are the fewest that are compared; StoreTests has some hundreds";

    /// <summary>What cannot return data here, by panel and reference, with the reason.</summary>
    static readonly Dictionary<string, string> s_empty = new()
    {
        ["host.json: Alerts"] = "alerts wait for minutes; the tests of the alerting chain make them fire",
        ["fleet.json: Odd ones out A"] = Compared,
        ["fleet.json: Odd ones out B"] = Compared,
        ["fleet.json: Odd ones out C"] = Compared,
    };

    [SkippableFact]
    public async Task EveryExpressionReturnsData()
    {
        var prometheus = Require.Tool("prometheus", "prometheus");
        var folder = Directory.CreateTempSubdirectory("tcp-agent-dashboards-");
        try
        {
            await using var stage = await Stage.Create(seconds: 60);

            // A process with less than a tenth of its files open has no series. Processes are looked at every quarter of a minute.
            await stage.StartAndWait(stage.Server, Kind.OpenFiles, "150", "1000");
            await using var agent = await Agent(stage.Server);
            await using var host = await HostAgent(stage.Server, folder.FullName);
            await Load(stage);
            await using var server = stage.Server.Start(
                prometheus, $"--config.file={Configuration(folder.FullName)}", $"--storage.tsdb.path={folder.FullName}/tsdb",
                $"--web.listen-address=127.0.0.1:{PrometheusPort}");
            await Eventually.Holds(
                async () => HasData((await Ask(stage.Server, folder.FullName, ["tcpagent_sysctl{job=\"tcp-agent\"}"]))[0]),
                TimeSpan.FromSeconds(20), () => server.Output);
            await Stage.Set(stage.Server, "net.ipv4.tcp_syn_retries=4");

            var expressions = (
                from file in Dashboard.Files
                from one in Dashboard.Open(file).Expressions
                select (Where: $"{file}: {one.Where}", Expression: Substituted(one.Expression))).ToArray();
            var missing = expressions.Select(one => one.Where).ToHashSet();
            var errors = "";
            await Eventually.Holds(
                async () =>
                {
                    var answers = await Ask(stage.Server, folder.FullName, expressions.Select(one => one.Expression));
                    errors = "";
                    foreach (var ((where, expression), answer) in expressions.Zip(answers))
                        if (answer.GetProperty("status").GetString() != "success")
                            errors += $"{where}: {expression}: {answer}\n";
                        else if (HasData(answer))
                            missing.Remove(where);
                    return errors.Length == 0 && missing.IsSubsetOf(s_empty.Keys);
                },
                TimeSpan.FromSeconds(35),
                () => $"{errors}{string.Join('\n', missing.Except(s_empty.Keys))}\n{server.Output}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>As Grafana would: all jobs and hosts, a zoom of half a minute.</summary>
    internal static string Substituted(string expression) => expression
        .Replace("$job", ".+", StringComparison.Ordinal).Replace("$instance", ".+", StringComparison.Ordinal)
        .Replace("$resource", ".+", StringComparison.Ordinal)
        .Replace("$__rate_interval", "4s", StringComparison.Ordinal).Replace("$__range", "30s", StringComparison.Ordinal);

    static string Configuration(string folder)
    {
        var file = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(file,
            $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["{{Repo.Path("deploy", "prometheus")}}/fleet.rules.yml"]
            scrape_configs:
              - job_name: tcp-agent
                static_configs: [{targets: ["127.0.0.1:{{AgentPort}}"]}]
              - job_name: host
                metrics_path: /metrics.txt
                static_configs: [{targets: ["127.0.0.1:{{HostPort}}"]}]
            """);
        return file;
    }

    static async Task<Child> Agent(NetworkNamespace place)
    {
        // Connections are looked at often enough to see the same one twice within the test.
        var (file, arguments) = AgentProgram.Command(
            "serve", $"--web.listen-address=127.0.0.1:{AgentPort}", "--sample.walk-budget=0.1");
        var agent = place.Start(file, arguments);
        await AgentProgram.Sampled(agent);
        return agent;
    }

    /// <summary>A namespace hides limits such as tcp_mem: one exposition of the host itself, served inside as it is.</summary>
    static async Task<Child> HostAgent(NetworkNamespace place, string folder)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "metrics.txt"), await AgentProgram.Print("--samples=2"));
        return place.Start(
            Require.Tool("python3", "python3"), "-m", "http.server", $"{HostPort}", "--bind=127.0.0.1", $"--directory={folder}");
    }

    /// <summary>
    /// A stuck listener, a stuck one of two that share a port, a flooded one, TIME_WAIT beyond its limit, a growing tracking table, and
    /// connections that send.
    /// </summary>
    static async Task Load(Stage stage)
    {
        var nft = Require.Tool("nft", "nftables");
        await stage.Server.Run(nft, "add table ip lab");
        await stage.Server.Run(nft, "add chain ip lab in { type filter hook prerouting priority 0; }");
        await stage.Server.Run(nft, "add rule ip lab in ct state new counter accept");

        // Without a hook for tc filters there is no such stage.
        await stage.Server.Run(Require.Tool("tc", "iproute2"), "qdisc", "add", "dev", "lab0", "clsact");
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8091", "16");
        stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, "8091", "200", "10.92.1.");
        // No listener or device is the subject of this limit.
        await Stage.Set(stage.Server, "net.ipv4.tcp_max_tw_buckets=4");
        await stage.StartAndWait(stage.Client, Kind.EchoClose, Stage.Client4, "8082", "1024");
        stage.Start(stage.Server, Kind.Short, Stage.Client4, "8082", "100");
        await stage.StartAndWait(stage.Server, Kind.ReusePort, Stage.Server4, "8084", "4");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8084", "20");
        await Stage.Set(stage.Server, "net.ipv4.ip_local_port_range=40000 40799");
        await stage.StartAndWait(stage.Client, Kind.Hold, Stage.Client4, "8083", "1024");
        stage.Start(stage.Server, Kind.Held, Stage.Client4, "8083", "700");
        await stage.StartAndWait(stage.Client, Kind.Sink, Stage.Client4, "8085");
        stage.Start(stage.Server, Kind.Bulk, Stage.Client4, "8085", "4");
        stage.Start(stage.Client, Kind.UdpFlows, Stage.Server4, "9999", "50");
    }

    static bool HasData(JsonElement answer) =>
        answer.TryGetProperty("data", out var data) && data.GetProperty("result").GetArrayLength() > 0;

    static async Task<JsonElement[]> Ask(NetworkNamespace place, string folder, IEnumerable<string> expressions)
    {
        var file = Path.Combine(folder, "expressions");
        await File.WriteAllLinesAsync(file, expressions);
        var output = await TrafficProgram.Run(place, Kind.Ask, $"{PrometheusPort}", file);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
