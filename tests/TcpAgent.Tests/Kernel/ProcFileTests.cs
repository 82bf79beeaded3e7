using System.Text;
using TcpAgent.Kernel;

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

    [Fact]
    public void AFileOfTheKernelIsReadTwice()
    {
        using var file = new ProcFile("/proc/self/net/dev", 64, keepOpen: true);
        Assert.StartsWith("Inter-|", Read(file), StringComparison.Ordinal);
        Assert.StartsWith("Inter-|", Read(file), StringComparison.Ordinal);
    }
}
