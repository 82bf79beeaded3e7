using System.Globalization;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Alerting;

/// <summary>Agents that cannot read, do not sample, or have another clock.</summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class FaultyAgentTests
{
    [SkippableFact]
    public async Task EachFaultIsReported()
    {
        var (broken, late, stuck) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using var stage = await Stage.Create();
        await using var chain = await AlertChain.Start(stage.Server, [broken, late, stuck]);

        using var proc = new ProcCopy("linux-6.1");
        proc.Write("net/snmp", "Tcp: RtoAlgorithm RtoMin\nTcp: 1\n"u8.ToArray());
        proc.Write("web.yml", "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"u8.ToArray());
        await chain.Agent(
            broken, proc.Flag, $"--web.config.file={proc.PathOf("web.yml")}", $"--history.file={proc.PathOf("none/history")}");
        proc.Write("web.yml", "headers: {}\n"u8.ToArray());

        var clock = await SteppedClock.In(proc.Root);
        clock.Set(-120);
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{late}");
        (file, arguments) = clock.Command(file, arguments);
        chain.Run(file, arguments);

        var agent = await chain.Agent(stuck);
        await Task.Delay(TimeSpan.FromSeconds(6));
        chain.Run(Kind.HoldThread, agent.Id.ToString(CultureInfo.InvariantCulture), "sampler");

        await ChainTests.Fire(
            chain, ["TcpAgentSourceFailing", "TcpAgentWebConfigBad", "TcpAgentHistoryFailing", "TcpAgentClockOff", "TcpAgentSampleStale"],
            seconds: 40);
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentSourceFailing"));
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentWebConfigBad"));
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentHistoryFailing"));
        Assert.Equal($"localhost:{late}", Firing(chain, "TcpAgentClockOff"));
        Assert.Equal($"localhost:{stuck}", Firing(chain, "TcpAgentSampleStale"));
    }

    static string Firing(AlertChain chain, string alert) =>
        Assert.Single(chain.Arrived.Where(one => one.Alert == alert).Select(one => one.Labels["instance"]).Distinct());
}
