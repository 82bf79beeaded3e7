using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Documents;

/// <summary>docs/architecture.md has each source and resource; LayeringTests reads its layers.</summary>
[Collection("console")]
public class ArchitecturePageTests
{
    static readonly Markdown s_page = new(Repo.Path("docs", "architecture.md"));

    static string[] Names(string cell) => cell.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void TheNamesHaveEverySourceThatAFlagSwitchesOff()
    {
        var sources = SourceList.Names;
        var named = s_page.Table("Names that differ").Select(cells => cells[0]);
        Assert.Equal(sources.Order(), named.Where(name => !name.EndsWith(')')).Order());
    }

    [Fact]
    public void TheNamesHaveEveryResource()
    {
        var named = s_page.Table("Names that differ").SelectMany(cells => Names(cells[3]))
            .Where(name => !name.Contains(' ', StringComparison.Ordinal));
        Assert.Equal(ResourceCatalog.All.Select(resource => resource.Name).Order(), named.Order());
    }
}
