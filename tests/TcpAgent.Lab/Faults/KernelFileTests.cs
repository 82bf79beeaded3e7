using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>Files of the kernel that hang, hold garbage, vanish and come back, while the agent reads ten times a second.</summary>
[Trait("Category", "live")]
public sealed class KernelFileTests(ITestOutputHelper output)
{
    const string Fast = "--sample.interval=100ms";

    /// <summary>Prefixes of the metrics that the agent exports about itself.</summary>
    static readonly string[] s_own = ["process_", "tcpagent_source_", "tcpagent_sample", "tcpagent_walk", "tcpagent_ports_"];

    /// <summary>What the agent exports about itself differs from sample to sample; everything else comes from recorded files.</summary>
    static bool IsOfTheKernel(string series) =>
        !AgentProgram.IsOwnEvent(series) && !s_own.Any(beginning => series.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>A damaged name is an unknown name and no failure; all other damage must be seen.</summary>
    const string Unseen = "noise in the middle";

    static readonly (string Name, Func<byte[], byte[]?> Of)[] s_damage =
    [
        ("half", whole => whole[..(whole.Length / 2 + 3)]),
        ("all but its end", whole => whole[..^2]),
        ("noise", whole => Noise(whole.Length)),
        (Unseen, whole => [.. whole[..(whole.Length / 3)], .. Noise(40), .. whole[(whole.Length / 3)..]]),
        ("zeros", whole => new byte[whole.Length]),
        ("gone", _ => null),
    ];

    static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(20261121).NextBytes(bytes);
        return bytes;
    }

    /// <summary>What a file is to each source, and whether a host may be without it.</summary>
    [SkippableTheory]
    [InlineData("netstat", "net/netstat", false)]
    [InlineData("snmp", "net/snmp", false)]
    [InlineData("snmp6", "net/snmp6", true)]
    [InlineData("sockstat", "net/sockstat", false)]
    [InlineData("softnet", "net/softnet_stat", false)]
    [InlineData("devices", "net/dev", false)]
    [InlineData("conntrack", "net/stat/nf_conntrack", true)]
    public async Task ADamagedOrMissingFileIsLeftOutReportedOnceAndReadAgain(string source, string file, bool isOptional)
    {
        using var proc = new ProcCopy("linux-6.18");
        await using var agent = await Victim.Start(Fast, proc.Flag);
        var good = await agent.Sampled(2);
        var whole = proc.Read(file);
        foreach (var (name, of) in s_damage)
        {
            var lines = Lines();
            var damaged = of(whole);
            if (damaged is null)
                File.Delete(proc.PathOf(file));
            else
                proc.Write(file, damaged);
            var bad = await agent.Sampled(3);
            AssertSubset(good, bad, $"{file}, {name}");
            if (name != Unseen)
                Assert.Equal(damaged is null && isOptional, bad[$"tcpagent_source_success{{source=\"{source}\"}}"] == 1);
            Assert.InRange(Lines() - lines, 0, 3);

            proc.Write(file, whole);
            var again = await agent.Sampled(2);
            Assert.Equal(1, again[$"tcpagent_source_success{{source=\"{source}\"}}"]);
            Assert.Equal(good.Keys.Where(IsOfTheKernel).Order(), again.Keys.Where(IsOfTheKernel).Order());
            AssertSubset(good, again, $"{file} again");
        }
        int Lines() => agent.Process.Output.Split('\n').Length;
    }

    static void AssertSubset(Dictionary<string, double> good, Dictionary<string, double> bad, string what)
    {
        var wrong = bad.Where(one => IsOfTheKernel(one.Key) && (!good.TryGetValue(one.Key, out var value) || value != one.Value))
            .Select(one => $"{one.Key} {one.Value}, was {(good.TryGetValue(one.Key, out var value) ? value : double.NaN)}").ToList();
        Assert.True(wrong.Count == 0, $"{what}: wrong numbers:\n{string.Join('\n', wrong)}");
    }

    [SkippableFact]
    public async Task AReadThatHangsIsVisibleAndMissedTicksAreNotMadeUpFor()
    {
        using var proc = new ProcCopy("linux-6.18");
        await using var agent = await Victim.Start(Fast, proc.Flag);
        var whole = proc.Read("net/netstat");
        await proc.Hang("net/netstat");
        var started = DateTime.UtcNow;
        var stale = await agent.Until(metrics => !metrics.Keys.Any(series => series.StartsWith("tcpagent_tcp_", StringComparison.Ordinal)));
        var withdrawn = (DateTime.UtcNow - started).TotalSeconds;
        Assert.InRange(withdrawn, 2, 5);
        Assert.Equal(503, await agent.Status("/-/healthy"));
        Assert.All(stale.Keys, series => Assert.False(series.StartsWith("tcpagent_device_", StringComparison.Ordinal), series));

        // The read that waits to open it goes on and finds a pipe instead of a file: a failure like any other.
        var pipe = proc.PathOf("net/netstat");
        using (new FileStream(pipe, FileMode.Open, FileAccess.Write))
            proc.Write("net/netstat", whole);
        var after = await agent.Until(metrics => metrics.ContainsKey("tcpagent_tcp_listen_overflows_total"));
        var held = (DateTime.UtcNow - started).TotalSeconds;
        Assert.Equal(200, await agent.Status("/-/healthy"));
        Assert.InRange(after["tcpagent_samples_missed_total"], 10 * (held - 2), 10 * (held + 1));
        Assert.InRange(after["tcpagent_samples_total"] - stale["tcpagent_samples_total"], 1, 10);
        Assert.InRange(agent.Said("Samples are being skipped"), 1, 3);
        output.WriteLine($"withdrawn after {withdrawn:0.0} s; {after["tcpagent_samples_missed_total"]} samples missed in {held:0.0} s");
    }
}
