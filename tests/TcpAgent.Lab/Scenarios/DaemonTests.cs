using System.Globalization;
using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What the daemon, sampling once a second, concludes about conditions that begin while it runs.</summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class DaemonTests(ITestOutputHelper output)
{
    const int Port = 10793;

    static async Task<Child> Serve(NetworkNamespace place)
    {
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{Port}");
        var daemon = place.Start(file, arguments);
        await AgentProgram.Sampled(daemon);
        await Task.Delay(TimeSpan.FromSeconds(2));
        return daemon;
    }

    static Task<string> Get(NetworkNamespace place, string path) => TrafficProgram.Run(place, Kind.Get, $"http://127.0.0.1:{Port}{path}");

    static async Task<Dictionary<string, double>> Metrics(NetworkNamespace place) => AgentProgram.Parse(await Get(place, "/metrics"));

    static async Task<JsonElement> Why(NetworkNamespace place) => JsonDocument.Parse(await Get(place, "/api/v1/why")).RootElement;

    [SkippableFact]
    public async Task ABurstBetweenTwoScrapesIsInPeakLossesAndSaturatedSeconds()
    {
        await using var stage = await Stage.Create();
        await using var daemon = await Serve(stage.Server);
        await stage.StartAndWait(stage.Server, Kind.ShortBurst, Stage.Server4, "8080", "4", "20");
        await Task.Delay(TimeSpan.FromSeconds(4));

        var series = await Metrics(stage.Server);
        const string Listener = "{address=\"10.91.0.1\",port=\"8080\"}", Resource = "{resource=\"accept_queue\"}";
        Assert.Equal(0, series[$"tcpagent_listener_accept_queue_length{Listener}"]);
        Assert.Equal(5, series[$"tcpagent_listener_accept_queue_peak{Listener}"]);
        Assert.True(series[$"tcpagent_listener_drops_total{Listener}"] > 0);
        Assert.Equal(5, series[$"tcpagent_resource_used_peak{Resource}"]);
        Assert.Equal(4, series[$"tcpagent_resource_limit{Resource}"]);
        Assert.True(series[$"tcpagent_resource_losses_total{Resource}"] > 0);
        Assert.True(series[$"tcpagent_resource_losses_peak{Resource}"] > 0);
        Assert.InRange(series[$"tcpagent_resource_saturated_seconds_total{Resource}"], 0.9, 3.1);
        Assert.Equal(2, series[$"tcpagent_resource_state{Resource}"]);
        Assert.Equal(1, series["tcpagent_resource_subject{resource=\"accept_queue\",subject=\"10.91.0.1:8080\"}"]);
        Assert.Equal(["accept_queue"], (await Why(stage.Server)).Blamed());
        var said = Assert.Single(daemon.Output.Split('\n'), line => line.Contains("Limiting: ", StringComparison.Ordinal));
        Assert.Contains(" level=warn ", said, StringComparison.Ordinal);
        Assert.Contains(" (accept_queue of 10.91.0.1:8080, ", said, StringComparison.Ordinal);
        Assert.Contains(" resource=accept_queue subject=10.91.0.1:8080 ", said, StringComparison.Ordinal);
    }

    public static TheoryData<string> Sudden => new(
        "slow acceptor, small backlog", "SYN flood, cookies on", "SYN flood, cookies off, small tcp_max_syn_backlog",
        "TIME_WAIT table full",
        "local ports exhausted to one destination", "queueing discipline full");

    [SkippableTheory]
    [MemberData(nameof(Sudden))]
    public async Task ItTakesThreeSamplesAtMost(string name)
    {
        var scenario = ScenarioTests.All.Single(one => one.Name == name);
        await using var stage = await Stage.Create();
        var place = scenario.Watch == Place.Client ? stage.Client : stage.Server;
        await using var daemon = await Serve(place);
        var ofPorts = name.Contains("ports", StringComparison.Ordinal);
        if (ofPorts)
            await Task.Delay(TimeSpan.FromSeconds(8)); // the first look compiles its code on the way and is paid for by a rest
        var (counter, rise) = ofPorts ? ("ss.ESTAB", "20") : (scenario.Counted[0].Signal.Kernel, "1");
        await using var meter = TrafficProgram.Start(place, Kind.UntilLimiting, $"{Port}", counter, rise);
        await Eventually.Holds(
            () => Task.FromResult(meter.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), () => meter.Output);
        await scenario.Make(stage);
        Assert.True(await meter.Exited(TimeSpan.FromSeconds(40)) == 0, meter.Output);
        output.WriteLine(meter.Output);
        var taken = int.Parse(meter.Output.Split("samples ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Equal(scenario.Expected, (await Why(place)).Blamed());
        Assert.True(taken <= 3, $"{taken} samples");
    }
}
