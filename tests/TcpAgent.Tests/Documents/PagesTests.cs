using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Documents;

/// <summary>No page links to something that does not exist.</summary>
public partial class PagesTests
{
    static readonly Markdown[] s_pages = [.. Markdown.Pages.Select(path => new Markdown(path))];

    static string Name(Markdown page) => Path.GetRelativePath(Repo.Root, page.Path);

    [Fact]
    public void EveryLinkLeadsToAFileAndAHeading()
    {
        Assert.Contains(s_pages, page => Name(page) == "README.md");
        Assert.Empty(
            from page in s_pages
            from link in page.Links
            where !Exists(page, link.Target)
            select $"{Name(page)}: {link.Target}");
    }

    static bool Exists(Markdown from, string target)
    {
        var (file, anchor) = target.Split('#') is [var name, var rest] ? (name, rest) : (target, null);
        var path = file.Length == 0 ? from.Path : Path.GetFullPath(file, Path.GetDirectoryName(from.Path)!);
        return anchor is null
            ? Path.Exists(path)
            : File.Exists(path) && new Markdown(path).Headings.Any(heading => Markdown.Anchor(heading) == anchor);
    }

    [Fact]
    public void EveryFileThatAPageNamesExists()
    {
        Assert.Contains(s_pages, page => page.Code.Contains(".ci/run"));
        Assert.Empty(
            from page in s_pages
            from path in page.Code
            where InTheTree().IsMatch(path) && !Path.Exists(Repo.Path(path))
            select $"{Name(page)}: {path}");
    }

    [Fact]
    public void EveryPageIsAscii() => Assert.Empty(
        from page in s_pages
        where !File.ReadAllBytes(page.Path).All(letter => letter is >= 0x20 and < 0x7f or (byte)'\n')
        select Name(page));

    [Fact]
    public void TheIndexOfDecisionsNamesEachByItsHeading()
    {
        var folder = Repo.Path("docs", "decisions");
        var index = new Markdown(Path.Combine(folder, "README.md")).Links.Order();
        var decisions = Directory.GetFiles(folder, "0*.md").Select(path => (new Markdown(path).Headings.First(), Path.GetFileName(path)));
        Assert.Equal(decisions.Order(), index);
        Assert.All(index, link => Assert.Matches($"^0*{Number().Match(link.Text).Value}-", link.Target));
    }

    [GeneratedRegex(@"^(\.ci|\.github|deploy|docs|packaging|src|tests)/[^ *]+$")]
    private static partial Regex InTheTree();

    [GeneratedRegex(@"^\d+(?=\. )")]
    private static partial Regex Number();
}
