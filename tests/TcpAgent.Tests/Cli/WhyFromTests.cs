using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

/// <summary>why --from: captures of one moment and of two, by the rules of the agent and without this host.</summary>
[Collection("console")]
public sealed class WhyFromTests : IDisposable
{
    readonly CaptureRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static string Flat(string text) => text.ReplaceLineEndings(" ");

    static JsonElement Resource(string json, string name) =>
        JsonDocument.Parse(json).RootElement.GetProperty("resources").EnumerateArray()
            .Single(one => one.GetProperty("resource").GetString() == name);

    /// <summary>Two moments of a set, the second with something added.</summary>
    string Pair(double seconds = 7, Action? change = null)
    {
        _rig.Capture("pair/1", uptime: 1000);
        _rig.Capture("pair/2", uptime: 1000 + seconds);
        change?.Invoke();
        return _rig.At("pair");
    }

    void LoseConnections() => _rig.Add("pair/2/proc/net/netstat", "TcpExt", "ListenOverflows", 100);

    [Fact]
    public async Task AFolderIsJudgedAsOneMoment()
    {
        var (exit, output, error) = await CaptureRig.Why(_rig.Capture("one", "conntrack-no-procfs", uptime: 60));
        Assert.Equal((1, ""), (exit, error));
        Assert.StartsWith($"capture {_rig.At("one")}, one moment, 2026-09-2", Flat(output), StringComparison.Ordinal);
        Assert.Contains("losses are since boot, not now NEAR A LIMIT: conntrack (one moment; now 262,140 of 262,144", Flat(output),
            StringComparison.Ordinal);
        Assert.DoesNotContain("none lost in this time", Flat(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMomentProvesNoLossAndShowsThoseSinceBoot()
    {
        var (exit, output, error) = await CaptureRig.Why(_rig.Capture("one", "linux-6.1"));
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("dropped since boot, in packet order", output, StringComparison.Ordinal);
    }

    /// <summary>The folder that is shaped like /proc itself.</summary>
    [Fact]
    public async Task AFolderOfProcAloneIsTakenToo()
    {
        var (exit, output, _) = await CaptureRig.Why(Fixtures.Proc("linux-6.1"));
        Assert.Equal(0, exit);
        Assert.StartsWith($"capture {Fixtures.Proc("linux-6.1")}, one moment", Flat(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APairCountsWhatWasLostBetween()
    {
        var (exit, output, error) = await CaptureRig.Why(Pair(change: LoseConnections));
        Assert.Equal((2, ""), (exit, error));
        Assert.StartsWith(
            $"capture {_rig.At("pair")}, two moments 7 s apart, the second 2026-09-2", Flat(output), StringComparison.Ordinal);
        Assert.Matches(@"LIMITING: accept_queue of \S+ \(moments 7 s apart; .*100 lost\)", Flat(output));
        Assert.DoesNotContain(" since ", Flat(output).Split("why")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task APairWithoutALossIsOk() => Assert.Equal(0, (await CaptureRig.Why(Pair())).Exit);

    [Fact]
    public async Task ThePairMayBeNamedOneByOne()
    {
        Pair(change: LoseConnections);
        var (exit, output, _) = await CaptureRig.Why(
            new WhyOptions { From = [_rig.At("pair/1"), _rig.At("pair/2")], IsJson = true });
        Assert.Equal(2, exit);
        Assert.Equal(100, Resource(output, "accept_queue").GetProperty("losses").GetInt64());
        Assert.Equal(7, JsonDocument.Parse(output).RootElement.GetProperty("watched_seconds").GetDouble());
    }

    /// <summary>Limits and sockets are those of the second, however large its table is.</summary>
    [Fact]
    public async Task WhatIsReadSeldomIsReadAgainForTheSecond()
    {
        var many = new StringBuilder(File.ReadAllText(Path.Combine(Fixtures.Proc("linux-6.18"), "net/tcp")));
        for (var i = 0; i < 60_000; i++)
            many.Append($"{i,4}: 0100007F:{i:X4} 0100007F:0050 01 00000000:00000000 00:00000000 00000000 0 0 {i} 1 0 20 4 30 10 -1\n");
        const string Listener = "   1: 00000000:1F92 00000000:0000 0A 00000000:00000058 00:00000000 00000000 0 0 7 1 0 100 0 0 10 0\n";
        var (exit, output, error) = await CaptureRig.Why(
            Pair(change: () =>
            {
                File.WriteAllText(_rig.At("pair/1/proc/net/tcp"), $"{many}");
                File.WriteAllText(_rig.At("pair/2/proc/net/tcp"), $"{many}{Listener}");
                File.WriteAllText(_rig.At("pair/2/proc/sys/net/netfilter/nf_conntrack_max"), "1234567\n");
            }),
            isJson: true);
        Assert.Equal("", error);
        Assert.InRange(exit, 0, 1);
        Assert.Equal(0x58, Resource(output, "accept_queue").GetProperty("used").GetInt64());
        Assert.Equal(1_234_567, Resource(output, "conntrack").GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task WithoutAnUptimeTheTimesOfTheFilesCount()
    {
        foreach (var (name, second) in ((string, int)[])[("1", 0), ("2", 9)])
            File.SetLastWriteTimeUtc(
                Path.Combine(_rig.Capture($"pair/{name}", boot: null), "proc/net/snmp"), new DateTime(2026, 11, 30, 12, 0, second));
        Assert.Contains("two moments 9 s apart", Flat((await CaptureRig.Why(_rig.At("pair"))).Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATimeThatNoFileShowsIsSaidToBeUnknown()
    {
        foreach (var name in (string[])["1", "2"])
            File.SetLastWriteTimeUtc(
                Path.Combine(_rig.Capture($"pair/{name}", boot: null), "proc/net/snmp"), new DateTime(2026, 11, 30, 12, 0, 0));
        Assert.Contains("an unknown time apart", Flat((await CaptureRig.Why(_rig.At("pair"))).Output), StringComparison.Ordinal);
    }

    /// <summary>Of the running kernel there is neither a namespace nor what only netlink shows.</summary>
    [SkippableFact]
    public async Task TheRunningKernelIsNotAskedEvenIfItsProcIsNamed()
    {
        Skip.IfNot(Directory.Exists("/proc/sys/net/ipv4"), "there is no /proc");
        var (_, output, _) = await CaptureRig.Why("/proc", isJson: true);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(output).RootElement.GetProperty("network_namespace").ValueKind);
        foreach (var name in (string[])["ephemeral_ports", "open_files", "qdisc", "accept_queue_unix"])
            Assert.Equal("unknown", Resource(output, name).GetProperty("state").GetString());
    }

    [Fact]
    public async Task APairOutOfOrderIsRefused()
    {
        Pair(seconds: -3);
        var (exit, output, error) = await CaptureRig.Why(_rig.At("pair"));
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains($"{_rig.At("pair/2")} was not taken after {_rig.At("pair/1")}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoHostsAreNoPair()
    {
        _rig.Capture("pair/1", uptime: 1000);
        _rig.Capture("pair/2", uptime: 2000, boot: 1_780_000_000);
        var (exit, _, error) = await CaptureRig.Why(_rig.At("pair"));
        Assert.Equal(3, exit);
        Assert.Contains("are of two hosts, or of two boots of one: compare them with tcp-agent diff", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderWithoutACaptureIsRefused()
    {
        Directory.CreateDirectory(_rig.At("empty/one"));
        var (exit, output, error) = await CaptureRig.Why(_rig.At("empty"));
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("holds no folder shaped like /proc (it needs one of net/snmp,", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfThreeCapturesTwoMustBeNamed()
    {
        foreach (var name in (string[])["1", "2", "3"])
            _rig.Capture($"many/{name}");
        var (exit, _, error) = await CaptureRig.Why(_rig.At("many"));
        Assert.Equal(3, exit);
        Assert.Contains("holds 3 captures: name two of them, --from A --from B", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a text", "is neither a capture (a folder, .tar or .tar.gz), nor a verdict")]
    [InlineData("", "is neither a capture")]
    [InlineData("{}", "is no document of why --json or history --json of this version")]
    [InlineData("{\"version\":1,", "is no document")]
    [InlineData("\u00fd7zXZ", "is packed by xz, which this program cannot read. Unpack it first: tar xf ")]
    [InlineData("BZh9", "is packed by bzip2")]
    [InlineData("PK\u0003\u0004", "Unpack it first: unzip ")]
    [InlineData("\u001f\u008b", "cannot be unpacked: ")]
    public async Task AFileThatIsNoneIsRefusedWithAReason(string content, string problem)
    {
        File.WriteAllText(_rig.At("file"), content, Encoding.Latin1);
        var (exit, output, error) = await CaptureRig.Why(_rig.At("file"));
        Assert.Equal((3, ""), (exit, output));
        Assert.StartsWith("tcp-agent: error: ", error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APipeIsRefused()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var (exit, output, error) = await CaptureRig.Why($"/proc/self/fd/{pipe.GetClientHandleAsString()}");
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("is a pipe or a device: write it to a file first", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no /nonexistent", "--from=/nonexistent")]
    [InlineData("--at needs --from", "--at=10:00")]
    [InlineData("--at: 'noon' is neither a clock time", "--from=/", "--at=noon")]
    [InlineData("--from: given 3 times, expected once, or twice for a pair", "--from=/", "--from=/", "--from=/")]
    [InlineData("--from excludes --watch, --local and --for", "--from=/", "--watch")]
    [InlineData("--from excludes --watch, --local and --for", "--from=/", "--local")]
    [InlineData("--from excludes --watch, --local and --for", "--from=/", "--for=1s")]
    public void AMistakeInTheUsageIsSaid(string problem, params string[] args)
    {
        var (exit, output, error) = CommandLineTests.Run(["why", .. args]);
        Assert.Equal((64, ""), (exit, output));
        Assert.StartsWith($"tcp-agent: error: {problem}", error, StringComparison.Ordinal);
        Assert.EndsWith(", try --help\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACaptureWithAVitalFileMissingCannotTell()
    {
        _rig.Capture("one", "linux-6.1");
        File.Delete(_rig.At("one/proc/net/netstat"));
        var (exit, output, error) = await CaptureRig.Why(_rig.At("one"));
        Assert.Equal(3, exit);
        Assert.Contains("CANNOT TELL: ", output, StringComparison.Ordinal);
        Assert.Contains($"tcp-agent: warning: netstat: {_rig.At("one/proc/net/netstat")}: ENOENT", error, StringComparison.Ordinal);
    }

    /// <summary>The document as it was, to the byte.</summary>
    [Fact]
    public async Task AVerdictThatWasSavedIsShownAgain()
    {
        var saved = (await CaptureRig.Why(Pair(change: LoseConnections), isJson: true)).Output;
        File.WriteAllText(_rig.At("why.json"), saved);
        var (exit, output, _) = await CaptureRig.Why(_rig.At("why.json"), isJson: true);
        Assert.Equal((2, saved), (exit, output));
        var text = Flat((await CaptureRig.Why(_rig.At("why.json"))).Output);
        Assert.StartsWith($"verdict {_rig.At("why.json")}, 2026-09-2", text, StringComparison.Ordinal);
        Assert.Matches(@"LIMITING: accept_queue of \S+ since \S+ \(7 s; ", text);
    }
}
