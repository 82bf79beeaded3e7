using System.Text;
using TcpAgent.Kernel;
using TcpAgent.System;

namespace TcpAgent.Tests.Kernel;

public sealed class ProcFileTests : IDisposable
{
    const int EISDIR = 21;

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    string Name => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static string Read(ProcFile file)
    {
        Assert.Equal(0, file.Read(out var text));
        return Encoding.ASCII.GetString(text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EachReadGivesFreshContentFromTheStart(bool keepOpen)
    {
        using var file = new ProcFile(Name, 64, keepOpen);
        foreach (var content in (string[])["one\n", "another, longer\n", "", "x\n"])
        {
            File.WriteAllText(Name, content);
            Assert.Equal(content, Read(file));
        }
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100_000)]
    public void TheBufferGrowsToTheFile(int length)
    {
        using var file = new ProcFile(Name, 64, keepOpen: true);
        var content = new string('x', length);
        File.WriteAllText(Name, content);
        Assert.Equal(content, Read(file));
        Assert.Equal(content, Read(file));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(3_000)]
    [InlineData(100_000)]
    public void ARecordIsReadWhole(int length)
    {
        using var file = new ProcFile(Name, 64, keepOpen: true, isRecord: true);
        var content = new string('x', length);
        File.WriteAllText(Name, content);
        Assert.Equal(content, Read(file));
        Assert.Equal(content, Read(file));
    }

    /// <summary>net/ipv4/proc.c and net/ipv6/proc.c use single_open, so the kernel has nothing more to return after a short read.</summary>
    [Theory]
    [InlineData("snmp")]
    [InlineData("netstat")]
    [InlineData("snmp6")]
    [InlineData("sockstat")]
    [InlineData("sockstat6")]
    public void TheKernelsTablesOfNamesAreRecords(string name)
    {
        var path = $"/proc/self/net/{name}";
        if (!File.Exists(path))
            return;
        using var record = new ProcFile(path, 64, keepOpen: true, isRecord: true);
        using var whole = new ProcFile(path, 64, keepOpen: true);
        var names = (string text) => text.Split('\n').Select(line => line.Split(' ')[0]);
        Assert.Equal(names(Read(whole)), names(Read(record)));
        Assert.EndsWith("\n", Read(record), StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileAppearsAndVanishes()
    {
        using var file = new ProcFile(Name, 64, keepOpen: false);
        Assert.Equal(Libc.ENOENT, file.Read(out var text));
        Assert.True(text.IsEmpty);
        File.WriteAllText(Name, "1\n");
        Assert.Equal("1\n", Read(file));
        File.Delete(Name);
        Assert.Equal(Libc.ENOENT, file.Read(out text));
        Assert.True(text.IsEmpty);
    }

    [Fact]
    public void AFailedReadGivesNoText()
    {
        using var file = new ProcFile(_folder, 64, keepOpen: true);
        Assert.Equal(EISDIR, file.Read(out var text));
        Assert.True(text.IsEmpty);
    }

    static bool IsSame(ProcFile file)
    {
        file.Read(out _, out var isSame);
        return isSame;
    }

    [Fact]
    public void TheSameTextAsBeforeIsKnown()
    {
        using var file = new ProcFile(Name, 64, keepOpen: false);
        foreach (var content in (string[])["", "one\n", "two\n", "two, longer\n", "two\n", "two\0", new string('x', 100),
            new string('x', 101), "x"])
        {
            File.WriteAllText(Name, content);
            Assert.False(IsSame(file));
            Assert.True(IsSame(file));
            Assert.Equal(0, file.Read(out var text, out _));
            Assert.Equal(content, Encoding.ASCII.GetString(text));
            Assert.True(file.Text.SequenceEqual(text));
        }
    }

    [Fact]
    public void TheSameErrorAsBeforeIsKnownAndIsNotAnEmptyText()
    {
        using var file = new ProcFile(Name, 64, keepOpen: false);
        Assert.False(IsSame(file));
        Assert.True(IsSame(file));
        File.WriteAllText(Name, "");
        Assert.False(IsSame(file));
        File.WriteAllText(Name, "1\n");
        Assert.False(IsSame(file));
        File.Delete(Name);
        Assert.False(IsSame(file));
        Assert.True(file.Text.IsEmpty);
        Assert.True(IsSame(file));

        // The text from before it was gone is not the last one.
        File.WriteAllText(Name, "1\n");
        Assert.False(IsSame(file));
    }

    [Fact]
    public void ComparingAllocatesForALongerTextOnly()
    {
        using var file = new ProcFile(Name, 64, keepOpen: true);
        long Allocated(string content)
        {
            File.WriteAllText(Name, content);
            var before = GC.GetAllocatedBytesForCurrentThread();
            IsSame(file);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.NotEqual(0, Allocated("12 characters"));
        foreach (var content in (string[])["12 characters", "other 12 characters"[..15], "few", "12 characters"])
            Assert.Equal(0, Allocated(content));
    }

    [Fact]
    public void AFileOfTheKernelIsReadTwice()
    {
        using var file = new ProcFile("/proc/self/net/dev", 64, keepOpen: true);
        Assert.StartsWith("Inter-|", Read(file), StringComparison.Ordinal);
        Assert.StartsWith("Inter-|", Read(file), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsTooLargeIsRefusedAndKeepsNoMemory()
    {
        using (var huge = File.OpenHandle(Name, FileMode.Create, FileAccess.Write))
            RandomAccess.SetLength(huge, 10L << 30);
        using var file = new ProcFile(Name, 64, keepOpen: false);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Libc.EFBIG, file.Read(out var text, out _));
            Assert.True(text.IsEmpty);
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 3 << 20);
        File.WriteAllText(Name, "1\n");
        Assert.Equal("1\n", Read(file));
    }

    [Fact]
    public void AFileThatWasLargeOnceGivesItsMemoryBack()
    {
        using var file = new ProcFile(Name, 64, keepOpen: false);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using (var large = File.OpenHandle(Name, FileMode.Create, FileAccess.Write))
            RandomAccess.SetLength(large, ProcFile.MaxLength / 2);
        Assert.False(IsSame(file));

        // While it is as large as that its buffer is kept: nothing is allocated at each read.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
            IsSame(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1024);
        File.WriteAllText(Name, "1\n");
        for (var i = 0; i < 100; i++)
            IsSame(file);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 3 << 20);
        Assert.Equal("1\n", Read(file));
    }
}
