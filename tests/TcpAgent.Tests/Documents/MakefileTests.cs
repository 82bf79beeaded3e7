using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Documents;

/// <summary>make help lists targets with a sentence after ##, so every target must have one.</summary>
public partial class MakefileTests
{
    static readonly string s_makefile = File.ReadAllText(Repo.Path("Makefile"));

    static readonly string[] s_targets = [.. Target().Matches(s_makefile).Select(match => match.Groups[1].Value)];

    [Fact]
    public void EveryTargetHasASentence()
    {
        Assert.Contains("help", s_targets);
        Assert.Equal(s_targets, Sentence().Matches(s_makefile).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void EveryTargetIsPhony() =>
        Assert.Equal(s_targets.Order(), Phony().Match(s_makefile).Groups[1].Value.Split(' ').Order());

    [GeneratedRegex("^([a-z][a-z0-9-]*):", RegexOptions.Multiline)]
    private static partial Regex Target();

    /// <summary>Short enough for a terminal.</summary>
    [GeneratedRegex("^([a-z-]+):[^#\n]* ## [A-Z][^\n]{8,85}\\.$", RegexOptions.Multiline)]
    private static partial Regex Sentence();

    [GeneratedRegex("^\\.PHONY: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Phony();
}
