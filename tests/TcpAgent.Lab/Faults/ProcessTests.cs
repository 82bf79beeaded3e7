using System.Globalization;
using System.Net.Sockets;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>What is done to the process as a whole: stopped, left without file descriptors, without memory.</summary>
public sealed class ProcessTests(ITestOutputHelper output)
{
    /// <summary>FAULT_SECONDS=60 for the minute.</summary>
    static int Seconds => int.Parse(Environment.GetEnvironmentVariable("FAULT_SECONDS") ?? "10", CultureInfo.InvariantCulture);

    [SkippableFact]
    public async Task StoppedAndContinuedItCountsWhatItMissedAndMakesUpForNothing()
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
        foreach (var (series, value) in after.Where(one => one.Key.StartsWith("tcpagent_resource_saturated_seconds_total", StringComparison.Ordinal)))
            Assert.InRange(value - before[series], 0, 7);

        // What is served right away is no old sample under a new time.
        Assert.True(
            !continued.ContainsKey("tcpagent_tcp_segments_received_total")
            || continued["tcpagent_sample_timestamp_seconds"] - before["tcpagent_sample_timestamp_seconds"] >= Seconds - 1, "an old sample was served");
        Assert.Equal((1, 1), (agent.Said("Samples are being skipped"), agent.Said("on time again")));
        Assert.Equal(200, await agent.Status("/-/healthy"));
        output.WriteLine($"stopped for {Seconds} s: {after["tcpagent_samples_missed_total"]} samples missed");
    }

    [SkippableFact]
    public async Task WithoutFileDescriptorsItGoesOnSamplingAndWaitsForThem()
    {
        await using var agent = await Victim.Start();
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var before = await agent.Sampled(3);
        var open = Directory.GetFiles($"/proc/{agent.Process.Id}/fd").Length;
        await Limit(agent, open);
        var ticks = await CpuTicks(agent);

        // A connection that cannot be accepted stays in the listener's queue; to wait for it must not cost a CPU.
        await idle.ConnectAsync("127.0.0.1", agent.Port);
        await Task.Delay(TimeSpan.FromSeconds(4));
        var spent = (await CpuTicks(agent) - ticks) / 100.0;
        var without = await agent.Metrics();
        output.WriteLine($"{open} descriptors and no more: {spent:0.00} s of CPU in 4 s");
        Assert.InRange(without["tcpagent_samples_total"] - before["tcpagent_samples_total"], 3, 7);
        Assert.All(without.Where(one => one.Key.StartsWith("tcpagent_source_success", StringComparison.Ordinal)), one => Assert.Equal(1, one.Value));
        Assert.InRange(spent, 0, 0.8);

        await Limit(agent, 1024);
        using var fresh = new HttpClient();
        Assert.Contains("tcpagent_samples_total", await fresh.GetStringAsync($"http://127.0.0.1:{agent.Port}/metrics"), StringComparison.Ordinal);
        Assert.InRange(agent.Process.Output.Split('\n').Length, 1, 20);
    }

    [SkippableFact]
    public async Task WithoutDescriptorsToOpenAnythingAnewItSaysWhatIsMissingAndRecovers()
    {
        await using var agent = await Victim.Start();
        var before = await agent.Sampled(2);
        await Limit(agent, 8);
        var without = await agent.Reloaded();
        Assert.True(without["tcpagent_source_success{source=\"netstat\"}"] == 0 && !without.ContainsKey("tcpagent_tcp_listen_overflows_total"), "read without a descriptor");
        Assert.Equal(0, without["tcpagent_samples_missed_total"]);
        await Limit(agent, 1024);
        var after = await agent.Reloaded();
        Assert.All(after.Where(one => one.Key.StartsWith("tcpagent_source_success", StringComparison.Ordinal)), one => Assert.Equal(1, one.Value));
        Assert.True(after["tcpagent_tcp_listen_overflows_total"] >= before["tcpagent_tcp_listen_overflows_total"]);
        Assert.Equal(
            before.Keys.Where(series => series.StartsWith("tcpagent_resource_state", StringComparison.Ordinal)),
            after.Keys.Where(series => series.StartsWith("tcpagent_resource_state", StringComparison.Ordinal)));
        output.WriteLine(agent.Process.Output);
    }

    static Task<string> Limit(Victim agent, int files) =>
        Child.Run(Require.Tool("prlimit", "util-linux"), "--pid", $"{agent.Process.Id}", $"--nofile={files}:");

    /// <summary>User and system time, in hundredths of a second (proc_pid_stat(5)).</summary>
    static async Task<long> CpuTicks(Victim agent)
    {
        var fields = (await File.ReadAllTextAsync($"/proc/{agent.Process.Id}/stat")).Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>The unit allows a heap of 64 MiB; here it is a tenth, and clients ask for more than there is.</summary>
    [SkippableFact]
    public async Task AtTheLimitOfItsMemoryScrapesMayFailButNoSampleDoes()
    {
        using var proc = new ProcCopy("many");
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => Child.Start(Require.Tool("env", "coreutils"), ["DOTNET_GCHeapHardLimit=0xB00000", file, .. arguments]), proc.Flag);
        var before = await agent.Sampled(2);
        var (answered, refused) = (0, 0);
        var end = DateTime.UtcNow.AddSeconds(5);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var client = new HttpClient();
            client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
            while (DateTime.UtcNow < end)
            {
                try
                {
                    using var answer = await client.GetAsync($"http://127.0.0.1:{agent.Port}/metrics");
                    Interlocked.Increment(ref answer.IsSuccessStatusCode ? ref answered : ref refused);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }));
        output.WriteLine($"{answered} scrapes answered, {refused} not");
        var after = await agent.Sampled(2);
        output.WriteLine($"{after["tcpagent_samples_missed_total"]} samples missed, {after["process_resident_memory_bytes"] / 1048576:0} MiB resident");
        output.WriteLine(agent.Process.Output[..Math.Min(agent.Process.Output.Length, 4000)]);
        Assert.True(after["tcpagent_samples_total"] - before["tcpagent_samples_total"] >= 5);
        Assert.All(after.Where(one => one.Key.StartsWith("tcpagent_source_success", StringComparison.Ordinal)), one => Assert.Equal(before[one.Key], one.Value));
    }
}
