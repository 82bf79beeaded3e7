using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab;

/// <summary>A real Prometheus scrapes the running agent, and strict parsers read both formats.</summary>
[Trait("Category", "live")]
public class PrometheusTests
{
    [SkippableFact]
    public async Task PrometheusScrapesBothFormats()
    {
        var prometheus = Require.Tool("prometheus", "prometheus");
        var (agentPort, textPort, port) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using var agent = AgentProgram.Serve(agentPort);
        await using var proxy = await TextOnlyProxy(textPort, agentPort);

        var folder = Directory.CreateTempSubdirectory("tcp-agent-prometheus-");
        try
        {
            var config = Path.Combine(folder.FullName, "prometheus.yml");
            await File.WriteAllTextAsync(config,
                $$"""
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs:
                  - job_name: openmetrics
                    static_configs: [{targets: ["127.0.0.1:{{agentPort}}"]}]
                  - job_name: text
                    static_configs: [{targets: ["127.0.0.1:{{textPort}}"]}]
                """);
            await using var server = Child.Start(prometheus,
                [$"--config.file={config}", $"--storage.tsdb.path={folder.FullName}/tsdb", $"--web.listen-address=127.0.0.1:{port}"]);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

            foreach (var job in (string[])["openmetrics", "text"])
            {
                await Becomes(
                    client, $"min_over_time(up{{job=\"{job}\"}}[3s]) == 1 and count_over_time(up{{job=\"{job}\"}}[4s]) >= 3", server);
                await Becomes(client, $"tcpagent_samples_total{{job=\"{job}\"}} > 0", server);
                await Becomes(client, $"rate(tcpagent_samples_total{{job=\"{job}\"}}[5s]) > 0.5", server);
                Assert.Equal(11, (await Query(client, $"tcpagent_tcp_sockets{{job=\"{job}\"}}")).Length);
                foreach (var name in (string[])["tcpagent_tcp_listen_overflows_total", "tcpagent_conntrack_entries", "tcpagent_softnet_processed_total", "tcpagent_device_receive_bytes_total", "tcpagent_sysctl", "process_cpu_seconds_total", "tcpagent_build_info"])
                    Assert.True((await Query(client, $"{name}{{job=\"{job}\"}}")).Length > 0, $"{job}: {name}");
            }

            // The two formats say the same, series by series; only OpenMetrics writes le="1.0" for le="1".
            // Two scrapes are two instants, and a series may begin between them: the test waits until they agree.
            var (openMetrics, text) = (SeriesOf("openmetrics"), SeriesOf("text"));
            await Becomes(client, $"absent(({openMetrics} unless ignoring(job, instance, le) {text}) or "
                + $"({text} unless ignoring(job, instance, le) {openMetrics}))", server);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task PromtoolHasNothingToSayAboutTheLiveExposition()
    {
        var promtool = Require.Tool("promtool", "prometheus");
        foreach (var exposition in (string[])[await AgentProgram.Print("--netstat.all"), await Served("text/plain;version=0.0.4")])
        {
            var (output, error) = await Child.RunFor(0, exposition, promtool, "check", "metrics");
            Assert.Equal("", output + error);
        }
    }

    [SkippableFact]
    public async Task AStrictOpenMetricsParserAcceptsEveryFamily()
    {
        const string Script = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            families = list(text_string_to_metric_families(sys.stdin.read()))
            print(len(families), sum(len(f.samples) for f in families))
            """;
        var python = Require.Tool("python3", "python3 python3-prometheus-client");
        List<string> expositions =
            [await AgentProgram.Print("--format=openmetrics", "--netstat.all"), await Served("application/openmetrics-text;version=1.0.0")];
        foreach (var set in Fixtures.Sets)
            expositions.Add(await AgentProgram.Print(
                "--format=openmetrics", $"--path.procfs={Fixtures.Proc(set)}", $"--path.sysfs={Fixtures.Sys(set)}"));
        foreach (var exposition in expositions)
        {
            var (output, _) = await Child.RunFor(0, exposition, python, "-c", Script);
            Assert.True(int.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture) > 50, output);
        }
    }

    /// <summary>From an agent that has counted events of each kind except a change of state.</summary>
    static async Task<string> Served(string accept)
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-");
        try
        {
            var port = Ports.Free();
            await using var agent = AgentProgram.Serve(port, null, $"--history.file={folder.FullName}/history.ring");
            await AgentProgram.Sampled(agent);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            client.DefaultRequestHeaders.Accept.ParseAdd(accept);
            await client.GetAsync("/nope");
            var text = "";
            await Eventually.Holds(
                async () =>
                    (text = await client.GetStringAsync("/metrics"))
                        .Contains("\ntcpagent_history_write_duration_seconds_count 1\n", StringComparison.Ordinal),
                TimeSpan.FromSeconds(20), () => text);
            foreach (var counted in (string[])["tcpagent_http_requests_total{path=\"other\",code=\"404\"} 1",
                "tcpagent_log_lines_total{level=\"info\"} "])
                Assert.Contains(counted, text, StringComparison.Ordinal);
            return text;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Debian's Prometheus always asks for OpenMetrics first; this proxy asks for text instead.</summary>
    static async Task<WebApplication> TextOnlyProxy(int port, int agentPort)
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var client = new HttpClient();
        app.MapGet("/metrics", async (HttpContext context) =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{agentPort}/metrics");
            request.Headers.Accept.ParseAdd("text/plain;version=0.0.4");
            var response = await client.SendAsync(request, context.RequestAborted);
            context.Response.ContentType = response.Content.Headers.ContentType!.ToString();
            await context.Response.Body.WriteAsync(await response.Content.ReadAsByteArrayAsync());
        });
        app.Urls.Add($"http://127.0.0.1:{port}");
        await app.StartAsync();
        return app;
    }

    /// <summary>Every series of a job, with its name as a label, since set operators leave names aside.</summary>
    static string SeriesOf(string job) =>
        $$"""label_replace({job="{{job}}",__name__=~"tcpagent_.*|process_.*"}, "series", "$1", "__name__", "(.*)")""";

    static Task Becomes(HttpClient client, string query, Child server) => Eventually.Holds(
        async () => (await Query(client, query)).Length > 0, TimeSpan.FromSeconds(30), () => $"{query}\n{server.Output}");

    static async Task<JsonElement[]> Query(HttpClient client, string query) => await PrometheusApi.Query(client, query) ?? [];
}
