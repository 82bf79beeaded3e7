using System.Globalization;
using System.Net.Sockets;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>Faults of the whole process: it is stopped, or left without file descriptors.</summary>
[Trait("Category", "live")]
public sealed class ProcessTests(ITestOutputHelper output)
{
    /// <summary>FAULT_SECONDS=60 for the minute.</summary>
    static int Seconds => int.Parse(Environment.GetEnvironmentVariable("FAULT_SECONDS") ?? "10", CultureInfo.InvariantCulture);

    [SkippableFact]
    public async Task AStoppedAgentCountsWhatItMissedAndDoesNotCatchUp()
    {
        await using var agent = await Victim.Start();
        var before = await agent.Sampled(2);
        await agent.Process.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(Seconds));
        await agent.Process.Signal("CONT");
        var continued = await agent.Metrics();
        var after = await agent.Sampled(4);
        Assert.InRange(after["tcpagent_samples_missed_total"], Seconds - 2, Seconds + 1);
        Assert.InRange(after["tcpagent_samples_total"] - before["tcpagent_samples_total"], 4, 7);
        foreach (var (series, value) in after.Where(one =>
            one.Key.StartsWith("tcpagent_resource_saturated_seconds_total", StringComparison.Ordinal)))
            Assert.InRange(value - before[series], 0, 7);

        // What is served at once is not an old sample with a new time.
        Assert.True(
            !continued.ContainsKey("tcpagent_tcp_segments_received_total")
            || continued["tcpagent_sample_timestamp_seconds"] - before["tcpagent_sample_timestamp_seconds"] >= Seconds - 1,
            "an old sample was served");
        Assert.InRange(agent.Said("Samples are being skipped"), 1, 2);
        Assert.Equal(200, await agent.Status("/-/healthy"));
        output.WriteLine($"stopped for {Seconds} s: {after["tcpagent_samples_missed_total"]} samples missed");
    }

    /// <summary>Without two descriptors for a new thread the runtime ends the process: clients must not be able to take the last.</summary>
    [SkippableFact]
    public async Task ClientsThatTakeAllConnectionsLeaveTheAgentItsDescriptors()
    {
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => Child.Start(Require.Tool("prlimit", "util-linux"), ["--nofile=400:400", file, .. arguments]));
        var before = await agent.Sampled(3);
        var idle = new List<Socket>();
        try
        {
            var ticks = await CpuTicks(agent);
            for (var i = 0; i < 600; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                await socket.ConnectAsync("127.0.0.1", agent.Port);
            }
            var after = await agent.Sampled(4);
            var spent = (await CpuTicks(agent) - ticks) / 100.0;
            var open = Directory.GetFiles($"/proc/{agent.Process.Id}/fd").Length;
            output.WriteLine($"600 clients, a limit of 400: {open} descriptors open, {spent:0.00} s of CPU in 4 s");
            Assert.InRange(open, 1, 350);
            Assert.InRange(spent, 0, 3);
            Assert.Equal(before["tcpagent_samples_missed_total"], after["tcpagent_samples_missed_total"]);
            Assert.All(Victim.Sources(after), one => Assert.Equal(1, one.Value));
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [SkippableFact]
    public async Task WithoutDescriptorsItReportsWhatItCannotReopenAndRecovers()
    {
        // Threads are made beforehand and kept: the runtime cannot make one without descriptors.
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => Child.Start(
                Require.Tool("env", "coreutils"),
                ["DOTNET_ThreadPool_ThreadTimeoutMs=-1", "DOTNET_ThreadPool_ForceMinWorkerThreads=8", file, .. arguments]),
            "--no-collector.ports");
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => agent.Metrics()));
        var before = await agent.Sampled(3);
        await Limit(agent, 8);
        var without = await agent.Reloaded();
        Assert.True(
            without["tcpagent_source_success{source=\"netstat\"}"] == 0 && !without.ContainsKey("tcpagent_tcp_listen_overflows_total"),
            "read without a descriptor");
        Assert.InRange(without["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"], 0, 1);
        await Limit(agent, 1024);
        var after = await agent.Reloaded();
        Assert.All(Victim.Sources(after), one => Assert.Equal(1, one.Value));
        Assert.True(after["tcpagent_tcp_listen_overflows_total"] >= before["tcpagent_tcp_listen_overflows_total"]);
        Assert.Equal(
            before.Keys.Where(series => series.StartsWith("tcpagent_resource_state", StringComparison.Ordinal)),
            after.Keys.Where(series => series.StartsWith("tcpagent_resource_state", StringComparison.Ordinal)));
        Assert.Equal((1, 1), (agent.Said("Source netstat failed"), agent.Said("Source netstat works again")));
    }

    static Task<string> Limit(Victim agent, int files) =>
        Child.Run(Require.Tool("prlimit", "util-linux"), "--pid", $"{agent.Process.Id}", $"--nofile={files}:");

    /// <summary>User and system time, in hundredths of a second (proc_pid_stat(5)).</summary>
    static async Task<long> CpuTicks(Victim agent)
    {
        var fields = (await File.ReadAllTextAsync($"/proc/{agent.Process.Id}/stat")).Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
