using TcpAgent.Fuzz;

namespace TcpAgent.Tests;

/// <summary>Each input that make fuzz kept, mistakes that it found included, must satisfy what holds for its target.</summary>
public class FuzzCorpusTests
{
    static readonly string s_corpus = Repo.Path("tests", "TcpAgent.Fuzz", "corpus");

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void WhatMustHoldHoldsForTheCorpus(string target)
    {
        var files = Directory.GetFiles(Path.Combine(s_corpus, target)).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var exception = Record.Exception(() => FuzzTargets.Run(target, File.ReadAllBytes(file)));
            Assert.True(exception is null, $"{target}/{Path.GetFileName(file)}: {exception}");
        }
    }

    [Fact]
    public void TheCorpusHasNothingElseAndIsSmall()
    {
        Assert.Equal(
            FuzzTargets.Names, Directory.GetDirectories(s_corpus).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));
        Assert.InRange(
            Directory.EnumerateFiles(s_corpus, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 1, 1024 * 1024);
    }
}
