using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests;

/// <summary>
/// For each set under tests/fixtures every value, and for two of them the whole exposition in both formats: HELP and TYPE are the same in
/// all. A new kernel is a new folder, no code. make golden (UPDATE=1) rewrites the expected files and leaves in the folder what differs
/// from a base; review the difference.
/// </summary>
public partial class GoldenTests
{
    /// <summary>A host that has nearly everything, and one whose files are broken.</summary>
    static readonly string[] s_whole = ["linux-6.18", "torn"];

    public static TheoryData<string> WholeSets => new(s_whole);

    public static TheoryData<string> OtherSets => new(Fixtures.Sets.Except(s_whole));

    public static TheoryData<string> Sets()
    {
        var sets = new TheoryData<string>();
        foreach (var set in Fixtures.Sets)
            sets.Add(set);
        return sets;
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ASetHoldsOnlyWhatDiffersFromItsBase(string set)
    {
        var overlay = new Overlay(Fixtures.Kept(set));
        var bases = overlay.Lines is [var line, ..] ? [line["base ".Length..]] : Fixtures.Bases.Select(name => $"../bases/{name}");
        var (lines, own) = bases.Select(overlay.Over).MinBy(least => least.Lines.Length + least.Own.Length);
        if (GoldenFile.IsUpdate)
            overlay.Reduce(lines, own);
        Assert.Equal(lines, overlay.Lines);
        Assert.Equal(own, overlay.Own.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WholeSets))]
    public void TextIsAsExpected(string set) =>
        GoldenFile.AssertEquals(Fixtures.Kept(set, "expected.prom"), Render(set, ExpositionFormat.Text));

    [Theory]
    [MemberData(nameof(WholeSets))]
    public void OpenMetricsIsAsExpected(string set) =>
        GoldenFile.AssertEquals(Fixtures.Kept(set, "expected.openmetrics"), Render(set, ExpositionFormat.OpenMetrics));

    [Theory]
    [MemberData(nameof(OtherSets))]
    public void ValuesAreAsExpected(string set) =>
        GoldenFile.AssertEquals(
            Fixtures.Kept(set, "expected.values"), string.Join('\n', Samples(Render(set, ExpositionFormat.Text))) + "\n");

    [Theory]
    [MemberData(nameof(Sets))]
    public void OpenMetricsIsValidAndHasTheSamplesOfTheText(string set)
    {
        var families = ParsedExposition.OpenMetrics(Render(set, ExpositionFormat.OpenMetrics));
        var text = Render(set, ExpositionFormat.Text);
        Assert.Equal(Samples(text), families.SelectMany(family => family.Samples));
        Assert.Equal(
            text.Split('\n').Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)).Select(line => line.Split(' ', 4)[3]),
            families.Select(family => family.Help));
    }

    /// <summary>A file that no test compares with would mislead and never be renewed.</summary>
    [Fact]
    public void NoOtherExpectedFileIsKept()
    {
        foreach (var set in Fixtures.Sets)
            Assert.Equal(
                s_whole.Contains(set) ? ["expected.openmetrics", "expected.prom"] : ["expected.values"],
                Directory.GetFiles(Fixtures.Kept(set), "expected.*").Select(Path.GetFileName).Where(file =>
                    file is not ("expected.netstat-all" or "expected.node-names")).Order());
    }

    [Fact]
    public void AllNetstatFieldsAreExportedWhenAskedFor()
    {
        using var agent = TestAgent.OverFixture("linux-6.18", new ManualTime(), allFields: true);
        agent.Sampler.Take();
        var extra = agent.Text().Split('\n').Where(line => line.StartsWith("tcpagent_netstat_field{", StringComparison.Ordinal));
        GoldenFile.AssertEquals(Fixtures.Kept("linux-6.18", "expected.netstat-all"), string.Join('\n', extra) + "\n");
    }

    [Fact]
    public void TheNamesOfNodeExporterAreExportedWhenAskedFor()
    {
        using var agent = TestAgent.OverFixture("linux-6.18", new ManualTime(), aliases: NodeNames.All);
        agent.Sampler.Take();
        var all = Encoding.UTF8.GetString(agent.RenderWhole(ExpositionFormat.Text)).Split('\n')
            .Where(line => line.Contains("node_", StringComparison.Ordinal));
        GoldenFile.AssertEquals(Fixtures.Kept("linux-6.18", "expected.node-names"), string.Join('\n', all) + "\n");
        Assert.DoesNotContain("node_", agent.Text(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Sets))]
    public async Task PromtoolFindsNothingToSay(string set)
    {
        var promtool = new[] { "/usr/bin/promtool", "/usr/local/bin/promtool" }.FirstOrDefault(File.Exists);
        Assert.False(promtool is null && Environment.GetEnvironmentVariable("CI") is not null, "promtool must be installed under CI");
        Skip.If(promtool is null, "promtool is not installed (package prometheus)");

        using var process = Process.Start(new ProcessStartInfo(promtool, "check metrics")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(Render(set, ExpositionFormat.Text));
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", said);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Figures of the walk, which takes real time whatever the clock says, and figures that depend on it.</summary>
    [GeneratedRegex("^(tcpagent_walk_cpu_seconds_total|tcpagent_walk_interval_seconds) [^ \\n]+", RegexOptions.Multiline)]
    private static partial Regex CpuTime();

    /// <summary>The series with their values, one a line.</summary>
    static IEnumerable<string> Samples(string text) => text.Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    static string Render(string set, ExpositionFormat format)
    {
        using var agent = TestAgent.OverFixture(set, new ManualTime());
        agent.Sampler.Take();

        // The reasons of failures name files by their path, which differs from run to run.
        return CpuTime().Replace(agent.Text(format).Replace(Fixtures.Root(set), "", StringComparison.Ordinal), "$1 0");
    }
}
