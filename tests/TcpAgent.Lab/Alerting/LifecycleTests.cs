using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Alerting;

/// <summary>An alert fires, arrives, inhibits the lesser one, and resolves when the condition is over.</summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class LifecycleTests
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task AFullAcceptQueuePagesWithItsListenerAndResolves()
    {
        var port = Ports.Free();
        await using var stage = await Stage.Create(seconds: 20);
        await using var chain = await AlertChain.Start(stage.Server, [port]);
        await chain.Agent(port);
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8081", "64");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8081", "20");

        var page = await Arrives(chain, "TcpAgentAcceptQueueOverflowing", "firing");
        Assert.Equal(("pager", Stage.Server4, "8080"), (page.Receiver, page.Labels["address"], page.Labels["port"]));
        Assert.Contains("port 8080", page.Summary, StringComparison.Ordinal);

        await stage.EndTraffic();
        await Arrives(chain, "TcpAgentAcceptQueueOverflowing", "resolved");
        Assert.Equal(["TcpAgentAcceptQueueOverflowing"], await chain.Fired());
    }

    [SkippableFact]
    public async Task AGrowingTrackingTableIsPredictedThenNearThenFullAndResolves()
    {
        var port = Ports.Free();
        await using var stage = await Stage.Create(seconds: 100);
        var nft = Require.Tool("nft", "nftables");
        await TableScenarios.Track(stage);
        // The agent and its scraper go on talking when the table is full.
        await stage.Server.Run(nft, "add chain inet lab raw { type filter hook prerouting priority -300; }");
        await stage.Server.Run(nft, "add rule inet lab raw iif lo notrack");
        await stage.Server.Run(nft, "add chain inet lab rawout { type filter hook output priority -300; }");
        await stage.Server.Run(nft, "add rule inet lab rawout oif lo notrack");
        await Stage.Set(stage.Server, "net.netfilter.nf_conntrack_udp_timeout=300");
        stage.SetHost("net.netfilter.nf_conntrack_max", "2500");
        await using var chain = await AlertChain.Start(stage.Server, [port]);
        await chain.Agent(port);
        stage.Start(stage.Client, Kind.UdpFlows, Stage.Server4, "9999", "40");

        await Arrives(chain, "TcpAgentConntrackFullSoon", "firing", seconds: 60);
        Assert.DoesNotContain("TcpAgentConntrackNearLimit", await chain.Fired());
        Assert.Equal("tickets", (await Arrives(chain, "TcpAgentConntrackNearLimit", "firing", seconds: 60)).Receiver);
        Assert.Equal("pager", (await Arrives(chain, "TcpAgentConntrackLosing", "firing")).Receiver);
        await Eventually.Holds(
            async () => (await chain.HeldBack()).Contains("TcpAgentConntrackNearLimit"), s_patience,
            () => string.Join(", ", chain.Arrived.Select(one => one.Alert)));

        await stage.EndTraffic();
        await Arrives(chain, "TcpAgentConntrackLosing", "resolved");
        await Arrives(chain, "TcpAgentConntrackNearLimit", "resolved");
        Assert.Equal(["TcpAgentConntrackFullSoon", "TcpAgentConntrackLosing", "TcpAgentConntrackNearLimit"], await chain.Fired());
    }

    [SkippableFact]
    public async Task AHostWithoutItsAgentHasNoOtherAlert()
    {
        var port = Ports.Free();
        await using var stage = await Stage.Create(seconds: 30);
        await using var chain = await AlertChain.Start(stage.Server, [port]);
        var agent = await chain.Agent(port);
        await IsUp(chain);
        await agent.Signal("KILL");
        await Arrives(chain, "TcpAgentDown", "firing");

        // What held before the agent went; another host's alert gets through.
        foreach (var host in (string[])[$"localhost:{port}", "other:10793"])
            await chain.Amtool(
                "alert", "add", "TcpAgentConntrackLosing", "job=tcp-agent", $"instance={host}", "severity=critical", "verdict=limiting",
                "--annotation=summary=x");
        Assert.Equal("other:10793", (await Arrives(chain, "TcpAgentConntrackLosing", "firing")).Labels["instance"]);
        Assert.Equal(["TcpAgentConntrackLosing"], await chain.HeldBack());
        Assert.DoesNotContain(chain.Arrived, one => one.Alert == "TcpAgentConntrackLosing" && one.Labels["instance"] != "other:10793");

        await chain.Scrape();
        await Arrives(chain, "TcpAgentAbsent", "firing");
    }

    /// <summary>Two servers at their own pace, both rarer than the burst is long.</summary>
    [SkippableFact]
    public async Task TwoServersSeeTheSamePeaks()
    {
        var port = Ports.Free();
        await using var stage = await Stage.Create(seconds: 25);
        await using var first = await AlertChain.Start(stage.Server, [port]);
        await first.Agent(port);
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await using var second = await AlertChain.Start(stage.Server, [port]);
        await IsUp(first);
        await IsUp(second);
        await stage.StartAndWait(stage.Server, Kind.ShortBurst, Stage.Server4, "8080", "4", "30");
        await Task.Delay(TimeSpan.FromSeconds(6));

        const string Listener = "tcpagent_listener_accept_queue_peak{port=\"8080\"}", Resource = "{resource=\"accept_queue\"}";
        foreach (var peak in (string[])["tcpagent_tcp_sockets_peak{state=\"syn_recv\"}", Listener,
            $"tcpagent_resource_used_peak{Resource}", $"tcpagent_resource_losses_peak{Resource}"])
        {
            var (one, other) = (await Peaks(first, peak), await Peaks(second, peak));
            Assert.NotEqual("", one);
            Assert.Equal(one, other);
        }
        Assert.EndsWith(" 5", await Peaks(first, Listener), StringComparison.Ordinal);
    }

    /// <summary>Prometheus scrapes; it begins some seconds after it answers.</summary>
    static Task IsUp(AlertChain chain) =>
        Eventually.Holds(async () => (await chain.Ask("up == 1")).Length == 1, s_patience, () => "no target is up");

    /// <summary>In the last eight seconds, in which the burst lies.</summary>
    static async Task<string> Peaks(AlertChain chain, string peak) => string.Join('\n',
        (await chain.Ask($"max_over_time({peak}[8s])")).Select(one =>
            string.Join(',', one.Labels.OrderBy(label =>
                label.Key, StringComparer.Ordinal)) + " " + one.Value).Order(StringComparer.Ordinal));

    static async Task<Notification> Arrives(AlertChain chain, string alert, string status, int seconds = 30)
    {
        Notification? found = null;
        var summary = "";
        await Eventually.Holds(
            async () =>
            {
                summary = await chain.Summary();
                return (found = chain.Arrived.FirstOrDefault(one => one.Alert == alert && one.Status == status)) is not null;
            },
            TimeSpan.FromSeconds(seconds),
            () => $"{alert} {status}\n{summary}");
        return found!;
    }
}
