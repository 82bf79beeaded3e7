using System.Text.RegularExpressions;
using TcpAgent.Cli;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Cli;

/// <summary>What the project says of itself is what the program does.</summary>
[Collection("console")]
public class DocumentsTests
{
    [Fact]
    public void MetricsPageIsWhatDescribePrints() =>
        GoldenFile.AssertEquals(Repo.Path("docs", "metrics.md"), MetricsPage.Write(DescribeCommand.Metrics()));

    [Fact]
    public void HelpIsAsExpected()
    {
        var root = CommandLine.Create(AgentFlags.Create(), new("--version"));
        var help = CommandLineTests.Run("--help").Output
            + string.Concat(root.Subcommands.Select(
                verb => $"\n$ tcp-agent help {verb.Name}\n{CommandLineTests.Run("help", verb.Name).Output}"));
        GoldenFile.AssertEquals(Repo.Path("tests", "TcpAgent.Tests", "Cli", "expected.help"), help);
        Assert.All(help.Split('\n'), line => Assert.InRange(line.Length, 0, Terminal.DefaultWidth));
    }

    [Fact]
    public void HelpIsTheSameHoweverItIsAskedFor()
    {
        Assert.Equal(CommandLineTests.Run("--help"), CommandLineTests.Run("help"));
        Assert.Equal(CommandLineTests.Run("history", "-h"), CommandLineTests.Run("help", "history"));
        Assert.Equal(CommandLineTests.Run("--version"), CommandLineTests.Run("version"));
    }

    [Fact]
    public void EveryMetricIsInASectionAndEveryQueryNamesMetricsThatExist()
    {
        var metrics = DescribeCommand.Metrics();
        Assert.Equal(
            metrics.Select(metric => metric.Source).Distinct().Order(), MetricSection.All.Select(section => section.Source).Order());
        var names = metrics.Select(metric => metric.Row.Name).ToHashSet();
        foreach (var (question, query) in MetricSection.All.SelectMany(section => section.Queries))
        {
            Assert.EndsWith("?", question, StringComparison.Ordinal);
            var used = Regex.Matches(query, "tcpagent_[a-z0-9_]+").Select(match => match.Value).ToArray();
            Assert.NotEmpty(used);
            Assert.Subset(names, used.ToHashSet());
        }
    }

    [Fact]
    public void EveryExampleIsAcceptedAndEveryVerbHasOne()
    {
        var root = CommandLine.Create(AgentFlags.Create(), new("--version"));
        foreach (var (verb, command, _) in Example.All)
        {
            var words = command.Split(' ');
            Assert.Equal(["tcp-agent", verb], words[..2]);
            Assert.Empty(root.Parse(words[1..]).Errors);
        }
        Assert.Equal(
            root.Subcommands.Select(verb => verb.Name).Where(name => name != "version").Order(),
            Example.All.Select(example => example.Verb).Distinct().Order());
    }

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
