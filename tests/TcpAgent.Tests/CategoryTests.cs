using System.Text.RegularExpressions;

namespace TcpAgent.Tests;

/// <summary>
/// The categories by which tests are chosen; tests/README.md explains each. UnitFramework finds slow tests without one.
/// </summary>
public partial class CategoryTests
{
    static readonly string[] s_categories = ["browser", "live", "root", "slow"];

    /// <summary>Calls that need a category, and which one.</summary>
    static readonly (string Call, string Category)[] s_needs =
    [
        ("Require.Root()", "root"), ("NetworkNamespace.Create(", "root"), ("Stage.Create(", "root"), (": PageScene", "root"),
        (": PageScene", "browser"), ("KernelRoot.At(\"/proc\"", "live"),
    ];

    [GeneratedRegex(@"^ *\[\w+(Fact|Theory)\]|^ *\[(Fact|Theory)\]", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex(@"\[Trait\((.*?)\)\]")]
    private static partial Regex Trait();

    [GeneratedRegex("^\"Category\", \"([a-z]+)\"$")]
    private static partial Regex Category();

    [GeneratedRegex(@"^\[Trait\(", RegexOptions.Multiline)]
    private static partial Regex TraitOfAClass();

    static IEnumerable<(string Name, string Text)> Classes(string project) =>
        from path in Directory.GetFiles(Repo.Path("tests", project), "*.cs", SearchOption.AllDirectories)
        let text = File.ReadAllText(path)
        where Test().IsMatch(text)
        select (Path.GetRelativePath(Repo.Root, path), text);

    static IEnumerable<(string Name, string Text)> AllClasses => Classes("TcpAgent.Tests").Concat(Classes("TcpAgent.Lab"));

    static string[] Categories(string text) =>
        [.. Trait().Matches(text).Select(trait => Category().Match(trait.Groups[1].Value).Groups[1].Value)];

    [Fact]
    public void ACategoryIsOneOfThoseThatTheReadmeExplains()
    {
        Assert.Equal(s_categories, AllClasses.SelectMany(one => Categories(one.Text)).Distinct().Order());
        var readme = File.ReadAllText(Repo.Path("tests", "README.md"));
        Assert.All(s_categories, name => Assert.Contains($"\n| {name} |", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryClassOfTheLabHasOne() =>
        Assert.Empty(Classes("TcpAgent.Lab").Where(one => !TraitOfAClass().IsMatch(one.Text)).Select(one => one.Name));

    [Fact]
    public void WhatNeedsRootABrowserOrThisHostSaysSo() => Assert.Empty(
        from one in AllClasses
        from need in s_needs
        where one.Name != "tests/TcpAgent.Tests/CategoryTests.cs" && one.Text.Contains(need.Call, StringComparison.Ordinal)
            && !Categories(one.Text).Contains(need.Category)
        select $"{one.Name}: {need.Call} without {need.Category}");
}
