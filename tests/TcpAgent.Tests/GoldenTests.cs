using System.Diagnostics;
using System.Text.RegularExpressions;
using TcpAgent.Metrics;

namespace TcpAgent.Tests;

/// <summary>
/// For each folder under tests/fixtures the whole exposition in both formats. A new kernel is a new folder, no code.
/// make golden (UPDATE=1) rewrites the expected files; review the difference.
/// </summary>
public partial class GoldenTests
{
    public static TheoryData<string> Sets()
    {
        var sets = new TheoryData<string>();
        foreach (var set in Repo.FixtureSets)
            sets.Add(set);
        return sets;
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
        Repo.AssertFileEquals(Path.Combine(Repo.Fixtures, "linux-6.18", "expected.netstat-all"), string.Join('\n', extra) + "\n");
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
        await process.StandardInput.WriteAsync(await File.ReadAllTextAsync(Path.Combine(Repo.Fixtures, set, "expected.prom")));
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

        // The reasons of failures name files by their path, which differs from checkout to checkout.
        var folder = Path.Combine(Repo.Fixtures, set);
        var text = agent.Text(format).Replace(folder, "", StringComparison.Ordinal);
        Repo.AssertFileEquals(Path.Combine(folder, file), CpuTime().Replace(text, "$1 0"));
    }
}
