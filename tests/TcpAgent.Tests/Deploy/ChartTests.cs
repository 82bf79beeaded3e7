using TcpAgent.Cli;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Deploy;

/// <summary>The chart knows the agent. What it renders is tested in the lab.</summary>
public class ChartTests
{
    static readonly string s_folder = Repo.Path("deploy", "helm", "tcp-agent");

    [Fact]
    public void TheSchemaNamesEverySource() => Assert.Equal(
        SourceList.Names.Order(StringComparer.Ordinal),
        Yaml.Load(Path.Combine(s_folder, "values.schema.json")).Single().Texts("properties/sources/propertyNames/enum")
            .Order(StringComparer.Ordinal));

    [Fact]
    public void ItHasTheVersionOfTheAgent()
    {
        var chart = Yaml.Load(Path.Combine(s_folder, "Chart.yaml")).Single();
        var version = typeof(AgentFlags).Assembly.GetName().Version!.ToString(3);
        Assert.Equal((version, version), (chart.Text("version"), chart.Text("appVersion")));
    }

    /// <summary>Rules and dashboards have one author: the chart has links to them.</summary>
    [Fact]
    public void ItsFilesAreLinks()
    {
        var files = Directory.GetFiles(Path.Combine(s_folder, "files"));
        Assert.Equal(5, files.Length);
        Assert.All(files, file => Assert.True(File.ResolveLinkTarget(file, returnFinalTarget: true)?.Exists, file));
    }
}
