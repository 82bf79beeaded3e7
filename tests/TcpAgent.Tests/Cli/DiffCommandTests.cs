using System.Text.Json;

namespace TcpAgent.Tests.Cli;

/// <summary>diff: what differs between two captures.</summary>
[Collection("console")]
public sealed class DiffCommandTests : IDisposable
{
    readonly CaptureRig _rig = new();

    public DiffCommandTests()
    {
        foreach (var host in (string[])["a", "b"])
            foreach (var moment in (int[])[1, 2])
                _rig.Capture($"{host}/{moment}", uptime: 100 + moment);
        _rig.Add("b/2/proc/net/netstat", "TcpExt", "ListenOverflows", 50);
        foreach (var moment in (int[])[1, 2])
            File.WriteAllText(_rig.At($"b/{moment}/proc/sys/net/core/somaxconn"), "77\n");
    }

    public void Dispose() => _rig.Dispose();

    static string Flat(string text) => string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public async Task TheTextNamesLimitsDropsFindingsAndSettings()
    {
        var (exit, output, error) = await CaptureRig.Diff(_rig.At("a"), _rig.At("b"));
        Assert.Equal((0, ""), (exit, error));
        var text = Flat(output);
        Assert.StartsWith($"A: capture {_rig.At("a")}, two moments 1 s apart", text, StringComparison.Ordinal);
        Assert.Contains($"B: capture {_rig.At("b")}, two moments 1 s apart", text, StringComparison.Ordinal);
        Assert.Matches(@"limits - accept_queue: A ok, .*; B limiting, ", text);
        Assert.Matches("dropped only in B - accept_queue: 50, ", text);
        Assert.Matches("findings only in B - warning: net.core.somaxconn is 77", text);
        Assert.Matches("settings - net.core.somaxconn: A [0-9]+, B 77$", text);
    }

    [Fact]
    public async Task TheDocumentHasTheSame()
    {
        var (exit, output, _) = await CaptureRig.Diff(_rig.At("a"), _rig.At("b"), isJson: true);
        Assert.Equal(0, exit);
        var root = JsonDocument.Parse(output).RootElement;
        Assert.Equal("limiting", root.GetProperty("b").GetProperty("verdict").GetString());
        Assert.Equal("accept_queue", Assert.Single(root.GetProperty("resources").EnumerateArray()).GetProperty("resource").GetString());
        Assert.Equal("b", Assert.Single(root.GetProperty("drops").EnumerateArray()).GetProperty("only_in").GetString());
        Assert.Equal("77", Assert.Single(root.GetProperty("settings").EnumerateArray()).GetProperty("b").GetString());
    }

    [Fact]
    public async Task OfOneCaptureNothingDiffers()
    {
        var (exit, output, _) = await CaptureRig.Diff(_rig.At("b"), _rig.At("b"));
        Assert.Equal(0, exit);
        Assert.EndsWith("limits - none differs settings - none differs", Flat(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfAMomentTheDropsAreNotKnown()
    {
        var (_, output, _) = await CaptureRig.Diff(_rig.At("a/1"), _rig.At("b"));
        Assert.Contains("dropped - not known: a capture of one moment counts since boot", Flat(output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nonexistent", 64, "there is no /nonexistent")]
    [InlineData("/dev/null", 3, "/dev/null is neither a capture")]
    [InlineData("/dev/null@noon", 64, "/dev/null@noon: 'noon' is neither a clock time")]
    public async Task ASideThatIsNoneIsRefused(string side, int code, string problem)
    {
        var (exit, output, error) = await CaptureRig.Diff(_rig.At("a"), side);
        Assert.Equal((code, ""), (exit, output));
        Assert.StartsWith($"tcp-agent: error: {problem}", error, StringComparison.Ordinal);
    }
}
