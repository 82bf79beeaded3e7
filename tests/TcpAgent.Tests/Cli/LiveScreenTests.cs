using System.Text;
using TcpAgent.Cli;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Cli;

/// <summary>why --watch on a terminal.</summary>
public sealed class LiveScreenTests : IDisposable
{
    readonly ResourceRig _rig = new();
    readonly MemoryStream _output = new();
    readonly LiveScreen _screen;
    readonly FakeFeed _feed = new();
    Terminal _terminal = new(false, 80) { IsScreen = true, Height = 24 };

    public LiveScreenTests() => _screen = new LiveScreen(_output, () => _terminal);

    public void Dispose()
    {
        _rig.Dispose();
        _output.Dispose();
    }

    sealed class FakeFeed : IVerdictFeed
    {
        public string Origin { get; set; } = "the agent at /run/tcp-agent/query.sock";

        public bool IsOfAgent => true;

        public Task<HostVerdict?> Next(CancellationToken stop) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => default;
    }

    void Conntrack(long count, long dropped)
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", count);
        _rig.Conntrack.Set("", "nf_conntrack_max", 100);
        _rig.Conntrack.Set("", "drop", dropped);
        _rig.Tick();
    }

    /// <summary>What is written for one verdict: the lines of the screen.</summary>
    async Task<string[]> Frame()
    {
        _output.SetLength(0);
        await _screen.Show(_rig.Judge(), _feed);
        var text = Encoding.UTF8.GetString(_output.ToArray());
        return [.. text[(text.IndexOf("\e[H", StringComparison.Ordinal) + 3)..].Replace("\e[K", "", StringComparison.Ordinal)
            .Replace("\e[J", "", StringComparison.Ordinal).Split('\n')];
    }

    [Fact]
    public async Task ItShowsWhatIsNotFineWithItsLastMinuteAndWhatChanged()
    {
        Conntrack(10, 0);
        Assert.StartsWith("OK: ", (await Frame())[0], StringComparison.Ordinal);
        Conntrack(95, 0);
        await Frame();
        Conntrack(100, 30);
        var lines = await Frame();
        Assert.StartsWith("LIMITING: conntrack since ", lines[0], StringComparison.Ordinal);
        Assert.Contains("conntrack: 100 of 100 100%", lines);
        Assert.Contains($"  used {new string(' ', 57)}.##", lines);
        Assert.Contains($"  lost {new string(' ', 57)}__# 30", lines);
        Assert.Contains(lines, line => line.EndsWith("  conntrack is near its limit, 95 of 100", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("  conntrack is limiting, 100 of 100", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith(" limits ok", StringComparison.Ordinal));
        Assert.EndsWith("the agent at /run/tcp-agent/query.sock; Ctrl-C ends with the answer", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasRecordedBeforeIsRecalled()
    {
        _screen.Recall([(DateTimeOffset.UnixEpoch, "conntrack is limiting, 99 of 100")]);
        Conntrack(10, 0);
        Assert.Contains(await Frame(), line => line.EndsWith("  conntrack is limiting, 99 of 100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ItSaysWhenTheAgentIsGone()
    {
        Conntrack(10, 0);
        await Frame();
        _feed.Origin = "samples of this process";
        Assert.Contains(
            await Frame(), line => line.EndsWith(
                "the agent at /run/tcp-agent/query.sock no longer answers", StringComparison.Ordinal));
    }

    /// <summary>Nothing scrolls, however small the terminal is, and afterwards it is as it was.</summary>
    [Fact]
    public async Task ItFitsTheScreenAndLeavesItAsItWas()
    {
        _terminal = _terminal with { Width = 60, Height = 5 };
        Conntrack(95, 0);
        Conntrack(100, 30);
        Assert.InRange((await Frame()).Length, 1, 5);
        Assert.StartsWith("\e[?1049h\e[?25l\e[?7l\e[H", Encoding.UTF8.GetString(_output.ToArray()), StringComparison.Ordinal);
        _output.SetLength(0);
        await _screen.Close();
        Assert.Equal("\e[?7h\e[?25h\e[?1049l", Encoding.UTF8.GetString(_output.ToArray()));
    }
}
