using System.Text.RegularExpressions;
using TcpAgent.Resources;
using TcpAgent.Tests.Cli;

namespace TcpAgent.Tests.Documents;

/// <summary>docs/architecture.md has each layer, source and resource.</summary>
[Collection("console")]
public partial class ArchitecturePageTests
{
    static readonly Markdown s_page = new(Repo.Path("docs", "architecture.md"));

    /// <summary>Each folder of src/TcpAgent and those that it may use.</summary>
    internal static IEnumerable<(string Folder, string[] MayUse)> Layers =>
        s_page.Table("Layers").Select(cells => (cells[0], Names(cells[1])));

    static string[] Names(string cell) => cell.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void ALayerUsesOnlyLayersAboveItInTheTable()
    {
        var above = new HashSet<string>();
        foreach (var (folder, mayUse) in Layers)
        {
            Assert.Subset(above, mayUse.ToHashSet());
            Assert.True(above.Add(folder), $"{folder} is there twice");
        }
        Assert.Contains("Kernel", above);
    }

    [Fact]
    public void TheNamesHaveEverySourceThatAFlagSwitchesOff()
    {
        var sources = SourceFlag().Matches(CommandLineTests.Run("--help").Output).Select(match => match.Groups[1].Value);
        var named = s_page.Table("Names that differ").Select(cells => cells[0]);
        Assert.Equal(sources.Order(), named.Where(name => !name.EndsWith("(no flag)", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void TheNamesHaveEveryResource()
    {
        var named = s_page.Table("Names that differ").SelectMany(cells => Names(cells[3])).Where(name => !name.Contains(' ', StringComparison.Ordinal));
        Assert.Equal(ResourceCatalog.All.Select(resource => resource.Name).Order(), named.Order());
    }

    [GeneratedRegex("--no-collector\\.([a-z0-9]+) ")]
    private static partial Regex SourceFlag();
}
