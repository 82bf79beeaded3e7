using TcpAgent.Cli;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Cli;

/// <summary>What the project says of itself is what the program does.</summary>
[Collection("console")]
public class DocumentsTests
{
    [Fact]
    public void MetricsPageIsWhatDescribePrints() => GoldenFile.AssertEquals(Repo.Path("docs", "metrics.md"), DescribeCommand.Markdown());

    [Fact]
    public void HelpIsAsExpected() =>
        GoldenFile.AssertEquals(Repo.Path("tests", "TcpAgent.Tests", "Cli", "expected.help"), CommandLineTests.Run("--help").Output);

    [Fact]
    public void FlagsPageHasEveryFlag() => GoldenFile.AssertEquals(Repo.Path("docs", "flags.md"), FlagsPage.Markdown());

    [Fact]
    public void EveryMetricIsNamedAsPrometheusAsks()
    {
        var help = new Dictionary<string, string>();
        foreach (var (_, metric, _) in DescribeCommand.Metrics())
        {
            Assert.Matches("^(tcpagent|process)_[a-z0-9_]+$", metric.Name);
            Assert.Equal(metric.Type == MetricType.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.Equal(metric.Type == MetricType.Info, metric.Name.EndsWith("_info", StringComparison.Ordinal));
            Assert.InRange(metric.Help.Length, 20, 260);
            Assert.True(help.TryAdd(metric.Name, metric.Help), $"{metric.Name} is declared twice");
        }
        Assert.InRange(help.Count, 180, 400);
    }
}
