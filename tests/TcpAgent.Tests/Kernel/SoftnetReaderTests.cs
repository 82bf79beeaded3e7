using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class SoftnetReaderTests
{
    const long Absent = KernelValue.Absent;

    /// <summary>Column n of each line holds n, so a shift would show.</summary>
    static string Line(int columns) => string.Join(' ', Enumerable.Range(1, columns).Select(i => $"{i:x8}")) + " \n";

    [Theory]
    [InlineData(9, Absent, Absent, Absent, Absent)]
    [InlineData(10, 10, Absent, Absent, Absent)]
    [InlineData(11, 10, 11, Absent, Absent)]
    [InlineData(13, 10, 11, 12, 13)]
    [InlineData(15, 10, 11, 12, 13)]
    [InlineData(16, 10, 11, 12, 13)]
    public void TheNumberOfColumnsDeterminesTheLayout(int columns, long receivedRps, long flowLimit, long backlog, long cpu)
    {
        var reader = new SoftnetReader(Encoding.ASCII.GetBytes(Line(columns)));
        Assert.True(reader.TryRead(out var line));
        Assert.Equal(1, line.Processed);
        Assert.Equal(2, line.Dropped);
        Assert.Equal(3, line.TimesSqueezed);
        Assert.Equal(receivedRps, line.ReceivedRps);
        Assert.Equal(flowLimit, line.FlowLimit);
        Assert.Equal(backlog, line.Backlog);
        Assert.Equal(cpu, line.Cpu);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(0, reader.Result.Dropped);
    }

    [Theory]
    [InlineData("00000001 00000002 00000003\n")]
    [InlineData("1 2 3 4 5 6 7 8\n")]
    [InlineData("1 2 3 4 5 6 7 8 9 a b c\n")]
    [InlineData("1 2 3 4 5 6 7 8 9 a b c 0x\n")]
    [InlineData("1 2 11112222333344445 4 5 6 7 8 9\n")]
    [InlineData("\n")]
    public void AShortTornOrForeignLineIsDroppedAlone(string line)
    {
        var reader = new SoftnetReader(Encoding.ASCII.GetBytes(Line(13) + line + Line(13)));
        var read = 0;
        while (reader.TryRead(out _))
            read++;
        Assert.Equal(2, read);
        Assert.Equal(new ParseResult(1, 2), reader.Result);
    }

    [Fact]
    public void ALineWithoutItsNewlineIsTorn()
    {
        var reader = new SoftnetReader(Encoding.ASCII.GetBytes(Line(13) + Line(13).TrimEnd()));
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(new ParseResult(1, 2), reader.Result);
    }

    [Fact]
    public void AnEmptyFileIsMalformed()
    {
        var reader = new SoftnetReader(default);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(new ParseResult(1, 1), reader.Result);
    }

    [Fact]
    public void AValueWiderThan32BitsIsKept()
    {
        var reader = new SoftnetReader("1000000000 ffffffffffffffff 0 0 0 0 0 0 0\n"u8);
        Assert.True(reader.TryRead(out var line));
        Assert.Equal(0x10_0000_0000, line.Processed);
        Assert.Equal(long.MaxValue, line.Dropped);
    }
}
