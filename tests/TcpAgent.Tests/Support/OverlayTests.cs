namespace TcpAgent.Tests.Support;

public sealed class OverlayTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    Overlay Tree(string name, string manifest, params string[] files)
    {
        Write(name, "overlay", manifest);
        foreach (var file in files)
            Write(name, file, name);
        return new Overlay(Path.Combine(_folder, name));
    }

    void Write(string tree, string file, string text)
    {
        var path = Path.Combine(_folder, tree, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    string[] Assembled(Overlay tree)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "assembled", Path.GetRandomFileName())).FullName;
        tree.CopyTo(root);
        return [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(root, file)} of {File.ReadAllText(file)}").Order()];
    }

    [Fact]
    public void ItsOwnFilesReplaceThoseOfItsBaseAndAreAddedToThem()
    {
        Tree("low", "", "proc/net/snmp", "sys/online");
        var high = Tree("high", "base ../low\n", "proc/net/snmp", "proc/net/snmp6", "expected.prom");
        Assert.Equal(["proc/net/snmp of high", "proc/net/snmp6 of high", "sys/online of low"], Assembled(high));
    }

    [Fact]
    public void ABaseMayHaveABase()
    {
        Tree("low", "", "proc/a", "proc/b", "proc/c");
        Tree("middle", "base ../low\nabsent proc/a\n", "proc/b");
        Assert.Equal(["proc/b of middle", "proc/c of low"], Assembled(Tree("high", "base ../middle\n")));
    }

    [Fact]
    public void WhatIsAbsentIsAFileOrAFolderAndNothingElseThatBeginsLikeIt()
    {
        Tree("low", "", "proc/net/snmp", "proc/net/snmp6", "proc/stat/a", "proc/stat/b/c", "proc/status");
        var high = Tree("high", "base ../low\nabsent proc/net/snmp\nabsent proc/stat\n");
        Assert.Equal(["proc/net/snmp6 of low", "proc/status of low"], Assembled(high));
    }

    [Theory]
    [InlineData("base ../low\nabsent proc/b\n")]
    [InlineData("absent proc/a\n")]
    [InlineData("base ../low\nabsent\n")]
    [InlineData("basis ../low\n")]
    public void AManifestWhoseLinesMakeNoSenseIsAnError(string manifest)
    {
        Tree("low", "", "proc/a");
        var exception = Assert.Throws<InvalidDataException>(() => Tree("high", manifest).Resolve());
        Assert.Contains("overlay: '", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWholeTreeIsReducedToWhatDiffersAndItsTreeStaysTheSame()
    {
        Tree("low", "", "proc/net/snmp", "proc/net/dev", "proc/sys/v6/a", "proc/sys/v6/b", "sys/online");
        var high = Tree("high", "", "proc/net/snmp", "proc/own");
        Write("high", "proc/net/dev", "low");
        var before = Assembled(high);

        var (lines, own) = high.Over("../low");
        Assert.Equal(["base ../low", "absent proc/sys", "absent sys"], lines);
        Assert.Equal(["proc/net/snmp", "proc/own"], own);

        high.Reduce(lines, own);
        Assert.Equal(own, high.Own.Order());
        Assert.Equal(before, Assembled(high));
    }

    [Fact]
    public void AnOverlayOverAnotherBaseAddsWhatThatBaseLacks()
    {
        Tree("low", "", "proc/a", "proc/b");
        Tree("other", "", "proc/b");
        var high = Tree("high", "base ../low\n", "proc/c");
        var before = Assembled(high);
        var (lines, own) = high.Over("../other");
        high.Reduce(lines, own);
        Assert.Equal(["base ../other"], high.Lines);
        Assert.Equal(before, Assembled(high));
    }
}
