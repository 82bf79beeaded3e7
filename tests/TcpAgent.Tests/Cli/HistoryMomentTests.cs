using System.Text;
using TcpAgent.History;
using TcpAgent.Resources;
using TcpAgent.Tests.History;

namespace TcpAgent.Tests.Cli;

/// <summary>A moment of a history: the states of its record, explained as they were explained then.</summary>
[Collection("console")]
public sealed class HistoryMomentTests : IDisposable
{
    readonly HistoryRig _rig = new();
    readonly CaptureRig _capture = new();

    public HistoryMomentTests()
    {
        _rig.Report = () => ReportRecord.Pack(Encoding.UTF8.GetBytes($$"""
            {"version":1,"time":"{{_rig.Time.GetUtcNow():O}}","watched_seconds":60,"verdict":"limiting","headline":"h","resources":[
            {"resource":"conntrack","state":"limiting","used":100,"limit":100,"headline":"New connections are dropped",
            "evidence":["as explained then"],"advice":["raise it"]}]}
            """));
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(20);
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(30);
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(200);
        _rig.Writer.Dispose();
    }

    public void Dispose()
    {
        _capture.Dispose();
        _rig.Dispose();
    }

    static string Flat(string text) => text.ReplaceLineEndings(" ");

    string TimeOf(int record, int more = 0) => HistoryExport.Time(_rig.Read()[record].Time + more);

    Task<(int Exit, string Output, string Error)> At(string time) => CaptureRig.Why(_rig.FilePath, at: time);

    [Fact]
    public async Task AMomentOfTheIncidentIsExplainedAsThen()
    {
        var (exit, output, error) = await At(TimeOf(30));
        Assert.Equal((2, ""), (exit, error));
        Assert.StartsWith($"history {_rig.FilePath}, ", Flat(output), StringComparison.Ordinal);
        Assert.Contains("LIMITING: conntrack (60 s; now 100 of 100", Flat(output), StringComparison.Ordinal);
        Assert.Contains("as explained then", output, StringComparison.Ordinal);
    }

    /// <summary>The newest explanation before it is of the incident, which is over.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(240)]
    public async Task AMomentBeforeOrAfterItIsOk(int record)
    {
        var (exit, output, _) = await At(TimeOf(record));
        Assert.Equal(0, exit);
        Assert.Contains("OK: no queue or table limits traffic (that second)", Flat(output), StringComparison.Ordinal);
        Assert.DoesNotContain("as explained then", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutATimeItIsTheNewestExplanation()
    {
        var (exit, output, _) = await CaptureRig.Why(_rig.FilePath);
        Assert.Equal(2, exit);
        Assert.Contains("as explained then", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, -1000)]
    [InlineData(249, 60_000)]
    public async Task ATimeThatTheHistoryDoesNotHaveIsSaid(int record, int more)
    {
        var (exit, output, error) = await At(TimeOf(record, more));
        Assert.Equal((3, ""), (exit, output));
        Assert.StartsWith(
            $"tcp-agent: error: {_rig.FilePath} has no record of that time: it reaches from ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDocumentOfHistoryHasTheSame()
    {
        var document = await HistoryRig.Json(_rig.FilePath);
        File.WriteAllBytes(_capture.At("history.json"), document);
        var (exit, output, error) = await CaptureRig.Why(_capture.At("history.json"), at: TimeOf(30));
        Assert.Equal((2, ""), (exit, error));
        Assert.Contains("as explained then", output, StringComparison.Ordinal);
        Assert.Equal(0, (await CaptureRig.Why(_capture.At("history.json"), at: TimeOf(60))).Exit);
    }

    [Fact]
    public async Task TwoMomentsOfAFileCanBeCompared()
    {
        var (exit, output, _) = await CaptureRig.Diff($"{_rig.FilePath}@{TimeOf(10)}", $"{_rig.FilePath}@{TimeOf(30)}");
        Assert.Equal(0, exit);
        Assert.Contains("  - conntrack: A ok, 90 of 100; B limiting, 100 of 100", Flat(output), StringComparison.Ordinal);
        Assert.Contains("settings   - not known on both sides", Flat(output), StringComparison.Ordinal);
    }
}
