using System.Globalization;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Tests.Support;

namespace TcpAgent.Lab.Alerting;

/// <summary>Agents that cannot read, do not sample, or live in another time.</summary>
[Collection(WholeHost.Name)]
public sealed class FaultyAgentTests
{
    [SkippableFact]
    public async Task EachIsTold()
    {
        var (broken, late, stuck) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using var stage = await Stage.Create();
        await using var chain = await AlertChain.Start(stage.Server, [broken, late, stuck]);

        var proc = Directory.CreateTempSubdirectory("tcp-agent-proc-").FullName;
        Copy(Path.Combine(Repo.Fixtures, "linux-6.1", "proc"), proc);
        await File.WriteAllTextAsync($"{proc}/net/snmp", "Tcp: RtoAlgorithm RtoMin\nTcp: 1\n");
        await File.WriteAllTextAsync($"{proc}/web.yml", "http_server_config:\n  headers:\n    X-Frame-Options: deny\n");
        await chain.Agent(broken, $"--path.procfs={proc}", $"--web.config.file={proc}/web.yml", $"--history.file={proc}/none/history");
        await File.WriteAllTextAsync($"{proc}/web.yml", "headers: {}\n");

        var clock = Path.Combine(proc, "late_clock.so");
        await Child.Run(Require.Tool("cc", "gcc"), "-shared", "-fPIC", "-O1", "-o", clock, Repo.Path("tests", "TcpAgent.Lab", "Alerting", "late_clock.c"));
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{late}");
        chain.Run(Require.Tool("env", "coreutils"), [$"LD_PRELOAD={clock}", file, .. arguments]);

        var agent = await chain.Agent(stuck);
        await Task.Delay(TimeSpan.FromSeconds(6));
        chain.Run(Require.Tool("python3", "python3"), "-B", Repo.Path("tests", "TcpAgent.Lab", "Alerting", "hold_thread.py"), agent.Id.ToString(CultureInfo.InvariantCulture), "sampler");

        await ChainTests.Fire(chain, ["TcpAgentSourceFailing", "TcpAgentWebConfigBad", "TcpAgentHistoryFailing", "TcpAgentClockOff", "TcpAgentSampleStale"], seconds: 40);
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentSourceFailing"));
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentWebConfigBad"));
        Assert.Equal($"localhost:{broken}", Firing(chain, "TcpAgentHistoryFailing"));
        Assert.Equal($"localhost:{late}", Firing(chain, "TcpAgentClockOff"));
        Assert.Equal($"localhost:{stuck}", Firing(chain, "TcpAgentSampleStale"));
        Directory.Delete(proc, recursive: true);
    }

    static string Firing(AlertChain chain, string alert) => Assert.Single(chain.Arrived.Where(one => one.Alert == alert).Select(one => one.Labels["instance"]).Distinct());

    static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
