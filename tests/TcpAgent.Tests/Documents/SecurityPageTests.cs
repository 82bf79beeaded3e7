using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Documents;

/// <summary>The threat model names the tests that prove it, and they exist.</summary>
public partial class SecurityPageTests
{
    static readonly string s_page = File.ReadAllText(Repo.Path("SECURITY.md"));

    static readonly HashSet<string?> s_tests = [.. Directory.EnumerateFiles(Repo.Path("tests"), "*Tests.cs", SearchOption.AllDirectories)
        .Select(Path.GetFileNameWithoutExtension)];

    [Fact]
    public void EveryTestThatItNamesExists()
    {
        var named = Name().Matches(s_page).Select(match => match.Value).Distinct().ToArray();
        Assert.InRange(named.Length, 20, 100);
        Assert.Subset(s_tests, named.ToHashSet<string?>());
    }

    [Fact]
    public void EachRowOfTheThreatModelNamesAProof()
    {
        var model = s_page[s_page.IndexOf("## Who can do what", StringComparison.Ordinal)..];
        var rows = Row().Matches(model).Select(match => match.Groups[1].Value).Where(cell =>
            cell is not "proved by" && !cell.StartsWith("---", StringComparison.Ordinal)).ToArray();
        Assert.InRange(rows.Length, 20, 100);
        Assert.All(rows, cell => Assert.Matches("Tests|package_lab|make ", cell));
    }

    [GeneratedRegex(@"\b[A-Z]\w+Tests\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\|[^|\n]+\|[^|\n]+\| ([^|\n]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
