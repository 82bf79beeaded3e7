using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public class FadingCountsTests
{
    readonly FadingCounts _counts = new();

    [Fact]
    public void TheFirstValueIsTheBaseline()
    {
        Assert.Equal(0, _counts.Note(3, 5_000));
        Assert.Equal(7, _counts.Note(3, 5_007));
        Assert.Equal(0, _counts.Note(2, 1));
    }

    /// <summary>At a steady rate the sum is that of 64 samples.</summary>
    [Fact]
    public void TheSumForgets()
    {
        var sum = 0L;
        for (var i = 0; i < 1_000; i++)
            sum = _counts.Note(0, i * 1_000L);
        Assert.InRange(sum, 63_900, 64_000);
        for (var i = 0; i < 1_000; i++)
            sum = _counts.Note(0, 999_000);
        Assert.InRange(sum, 0, 63);
    }

    [Fact]
    public void ACounterThatFellOrWasAbsentAddsNothing()
    {
        _counts.Note(0, 100);
        Assert.Equal(40, _counts.Note(0, 140));
        Assert.Equal(KernelValue.Absent, _counts.Note(0, KernelValue.Absent));
        Assert.Equal(40, _counts.Note(0, 3));
        Assert.Equal(43, _counts.Note(0, 6));
    }
}
