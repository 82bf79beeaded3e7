using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>Tables that change all the time, so that the kernel's dumps of them are interrupted (NLM_F_DUMP_INTR).</summary>
[Trait("Category", "root")]
public sealed class ChurnTests(ITestOutputHelper output) : IDisposable
{
    const int Pairs = 150, Held = 300, Scrapes = 40;

    const string Established = "tcpagent_tcp_sockets{state=\"established\"}";

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-churn-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Batch(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    [SkippableFact]
    public async Task WhatStaysIsThereInEverySampleWhileEverythingElseComesAndGoes()
    {
        await using var stage = await Stage.Create(seconds: 120);
        var ip = Require.Tool("ip", "iproute2");
        await stage.Server.Run(
            ip, "-batch", Batch("stay", Enumerable.Range(0, Pairs).Select(i => $"link add v{i} type veth peer name w{i}")));
        string[] devices = ["lo", "lab0", .. Enumerable.Range(0, Pairs).SelectMany(i => (string[])[$"v{i}", $"w{i}"])];
        await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "1024");
        await stage.StartAndWait(stage.Server, Kind.EchoClose, Stage.Server4, "8081", "1024");
        await stage.StartAndWait(stage.Client, Kind.Held, Stage.Server4, "8080", $"{Held}");
        await using var agent = await Victim.StartIn(stage.Server, "--sample.interval=100ms");
        var before = await agent.Until(metrics => metrics.GetValueOrDefault(Established) == Held);

        var (add, delete) = (
            Batch("add", Enumerable.Range(0, 5).Select(i => $"link add x{i} type veth peer name y{i}")),
            Batch("delete", Enumerable.Range(0, 5).Select(i => $"link del x{i}")));
        await using var connections = TrafficProgram.Start(stage.Client, Kind.Short, Stage.Server4, "8081", "300", "120");
        await using var churn = stage.Server.Start("/bin/sh", "-c", $"while {ip} -batch {add} && {ip} -batch {delete}; do :; done");
        await using var witness = TrafficProgram.Start(stage.Server, Kind.InterruptedDumps, "8");
        var after = before;
        for (var i = 0; i < Scrapes || !witness.HasExited; i++)
        {
            after = await agent.Sampled(1);
            var missing = devices.Where(device => !after.ContainsKey($"tcpagent_device_receive_packets_total{{device=\"{device}\"}}"));
            Assert.Empty(missing);

            // CurrEstab less CLOSE_WAIT, counted a moment apart: what changes its state in between may count as neither.
            Assert.InRange(after[Established], Held / 2, 2 * Held);
            foreach (var port in (int[])[8080, 8081])
                Assert.Single(
                    after.Keys, series => series.StartsWith("tcpagent_listener_accept_queue_limit{", StringComparison.Ordinal)
                        && series.Contains($"port=\"{port}\"", StringComparison.Ordinal));
            Assert.All(Victim.Sources(after), one => Assert.Equal(1, one.Value));
        }
        Assert.Equal(0, await witness.Exited(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, agent.Troubles);
        Assert.False(churn.HasExited, churn.Output);
        await connections.Signal("KILL");
        await agent.Until(metrics => metrics.GetValueOrDefault(Established) == Held);
        var counted = witness.Output.Split(['\n', ' ']);
        output.WriteLine(
            $"{counted[0]} of {counted[1]} dumps of {devices.Length} devices were interrupted; {after["tcpagent_samples_total"]} samples, "
                + $"{after["tcpagent_samples_missed_total"]} missed");
        Assert.NotEqual("0", counted[0]);
    }
}
