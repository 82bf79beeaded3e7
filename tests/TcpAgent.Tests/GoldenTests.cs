using System.Diagnostics;
using System.Text.RegularExpressions;
using TcpAgent.Metrics;

namespace TcpAgent.Tests;

/// <summary>
/// For each set under tests/fixtures the whole exposition in both formats. A new kernel is a new folder, no code.
/// make golden (UPDATE=1) rewrites the expected files and leaves in the folder what differs from a base; review the difference.
/// </summary>
public partial class GoldenTests
{
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
    [MemberData(nameof(Sets))]
    public void TextIsAsExpected(string set) => Compare(set, ExpositionFormat.Text, "expected.prom");

    [Theory]
    [MemberData(nameof(Sets))]
    public void OpenMetricsIsAsExpected(string set) => Compare(set, ExpositionFormat.OpenMetrics, "expected.openmetrics");

    [Fact]
    public void AllNetstatFieldsAreExportedWhenAskedFor()
    {
        using var agent = TestAgent.OverFixture("linux-6.18", new ManualTime(), allFields: true);
        agent.Sampler.Take();
        var extra = agent.Text().Split('\n').Where(line => line.StartsWith("tcpagent_netstat_field{", StringComparison.Ordinal));
        GoldenFile.AssertEquals(Fixtures.Kept("linux-6.18", "expected.netstat-all"), string.Join('\n', extra) + "\n");
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
        await process.StandardInput.WriteAsync(await File.ReadAllTextAsync(Fixtures.Kept(set, "expected.prom")));
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", said);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Of the walk, which is real whatever the clock says, and what follows from it.</summary>
    [GeneratedRegex("^(tcpagent_walk_cpu_seconds_total|tcpagent_walk_interval_seconds) [^ \\n]+", RegexOptions.Multiline)]
    private static partial Regex CpuTime();

    static void Compare(string set, ExpositionFormat format, string file)
    {
        using var agent = TestAgent.OverFixture(set, new ManualTime());
        agent.Sampler.Take();

        // The reasons of failures name files by their path, which differs from run to run.
        var text = agent.Text(format).Replace(Fixtures.Root(set), "", StringComparison.Ordinal);
        GoldenFile.AssertEquals(Fixtures.Kept(set, file), CpuTime().Replace(text, "$1 0"));
    }
}
