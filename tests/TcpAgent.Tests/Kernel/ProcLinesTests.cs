using System.Text;
using TcpAgent.Kernel;
using TcpAgent.System;

namespace TcpAgent.Tests.Kernel;

public sealed class ProcLinesTests : IDisposable
{
    const int Capacity = 64 * 1024;
    const int EISDIR = 21;

    readonly TempRoot _root = new();
    readonly ProcLines _lines;

    public ProcLinesTests() => _lines = new ProcLines($"{_root.Kernel.ProcFs}/net/tcp");

    public void Dispose() => _root.Dispose();

    (List<string> Lines, int Errno, bool IsTorn) Read(string text)
    {
        _root.Write("net/tcp", text);
        Assert.Equal(0, _lines.Begin());
        var read = new List<string>();
        int errno;
        while (_lines.TryRead(out var line, out errno))
            read.Add(Encoding.Latin1.GetString(line.Rest));
        return (read, errno, _lines.IsTorn);
    }

    static string Line(int number, int length) => $"{number}: ".PadRight(length, (char)('a' + number % 26));

    [Theory]
    [InlineData(149, 10_000)]
    [InlineData(1, 200_000)]
    [InlineData(0, 200_000)]
    [InlineData(Capacity - 1, 5)]
    [InlineData(Capacity - 2, 5)]
    [InlineData(Capacity / 2, 9)]
    [InlineData(Capacity / 2 - 1, 9)]
    [InlineData(40_000, 9)]
    public void LinesAreWholeWhereverTheBufferEnds(int length, int count)
    {
        var expected = Enumerable.Range(0, count).Select(number => Line(number, length)[..length]).ToList();
        var (lines, errno, isTorn) = Read(string.Concat(expected.Select(line => line + "\n")));
        Assert.Equal(0, errno);
        Assert.False(isTorn);
        Assert.Equal(expected, lines);
    }

    [Fact]
    public void EveryPositionOfALineEndAtTheBoundaryIsRead()
    {
        // From well before the end of the first buffer to well behind it.
        for (var length = Capacity - 5; length < Capacity; length++)
        {
            var (lines, errno, isTorn) = Read($"{Line(1, length)}\nlast\n");
            Assert.Equal(0, errno);
            Assert.False(isTorn);
            Assert.Equal([Line(1, length), "last"], lines);
        }
    }

    [Fact]
    public void AnEmptyFileHasNoLineAndIsWhole()
    {
        var (lines, errno, isTorn) = Read("");
        Assert.Empty(lines);
        Assert.Equal(0, errno);
        Assert.False(isTorn);
    }

    [Theory]
    [InlineData("one\ntwo")]
    [InlineData("one\n ")]
    public void ALastLineWithoutItsNewlineIsTorn(string text)
    {
        var (lines, errno, isTorn) = Read(text);
        Assert.Equal(["one"], lines);
        Assert.Equal(0, errno);
        Assert.True(isTorn);
    }

    [Theory]
    [InlineData(Capacity)]
    [InlineData(Capacity + 1)]
    [InlineData(10 * Capacity)]
    public void ALineLongerThanTheBufferIsTornAndDoesNotLoop(int length)
    {
        var (lines, errno, isTorn) = Read($"one\n{Line(2, length)}\nthree\n");
        Assert.Equal(["one"], lines);
        Assert.Equal(0, errno);
        Assert.True(isTorn);
    }

    [Fact]
    public void ATornFileIsForgottenAtTheNextRead()
    {
        Assert.True(Read("one\ntwo").IsTorn);
        var (lines, _, isTorn) = Read("one\ntwo\n");
        Assert.Equal(["one", "two"], lines);
        Assert.False(isTorn);
    }

    [Fact]
    public void AReadThatWasAbandonedBeginsAgainAtTheTop()
    {
        Read("one\ntwo\n");
        _lines.Begin();
        Assert.True(_lines.TryRead(out _, out _));
        Assert.Equal(["1", "2"], Read("1\n2\n").Lines);
    }

    [Fact]
    public void AnAbsentFileIsItsErrno()
    {
        Assert.Equal(Libc.ENOENT, _lines.Begin());
        Assert.EndsWith("/net/tcp", _lines.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderIsAnErrorAtTheFirstRead()
    {
        var folder = new ProcLines(_root.Kernel.ProcFs);
        Assert.Equal(0, folder.Begin());
        Assert.False(folder.TryRead(out _, out var errno));
        Assert.Equal(EISDIR, errno);
        Assert.False(folder.IsTorn);
    }

    [Fact]
    public void NoDescriptorIsLeftOpen()
    {
        for (var i = 0; i < 20; i++)
            Read("one\ntwo");
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd").Select(Target), path => path == _lines.Path);
    }

    /// <summary>Other tests open and close descriptors meanwhile.</summary>
    static string? Target(string fd)
    {
        try
        {
            return File.ResolveLinkTarget(fd, false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
