using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Documents;

/// <summary>A page of the repository: its headings and links, without its code blocks.</summary>
sealed partial class Markdown
{
    readonly string _text;

    internal Markdown(string path)
    {
        Path = path;
        _text = CodeBlock().Replace(File.ReadAllText(path), "");
    }

    /// <summary>Every page except those of the build and of packages.</summary>
    internal static IEnumerable<string> Pages => ((string[])[".github", "docs", "deploy", "packaging", "tests"])
        .Select(folder => Repo.Path(folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Repo.Root, "*.md"))
        .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal));

    internal string Path { get; }

    internal IEnumerable<string> Headings => Heading().Matches(_text).Select(match => match.Groups[1].Value);

    /// <summary>The text and target of each link, except links to other sites.</summary>
    internal IEnumerable<(string Text, string Target)> Links => Link().Matches(_text)
        .Select(match => (match.Groups[1].Value, match.Groups[2].Value))
        .Where(link => !link.Item2.Contains("://", StringComparison.Ordinal));

    /// <summary>The text between backticks.</summary>
    internal IEnumerable<string> Code => Backticks().Matches(_text).Select(match => match.Groups[1].Value);

    /// <summary>The cells of the table below a heading, without its head.</summary>
    internal IEnumerable<string[]> Table(string heading) =>
        from line in Section(heading).Split('\n').Where(line => line.StartsWith('|')).Skip(2)
        select line[1..^1].Split('|', StringSplitOptions.TrimEntries);

    string Section(string heading)
    {
        var begin = _text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"{Path} has no section {heading}");
        var end = _text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return end < 0 ? _text[begin..] : _text[begin..end];
    }

    /// <summary>As GitHub makes it from a heading.</summary>
    internal static string Anchor(string heading) => NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Backticks();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotInAnchor();
}
