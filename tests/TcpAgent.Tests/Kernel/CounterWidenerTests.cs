using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class CounterWidenerTests
{
    [Fact]
    public void AWrappedCounterGoesOnIn64Bits()
    {
        var widener = new CounterWidener();
        Assert.Equal(0xffff_fff0, widener.Widen(0, 0xffff_fff0));
        Assert.Equal(0x1_0000_0010, widener.Widen(0, 0x10));
        Assert.Equal(0x1_ffff_0000, widener.Widen(0, 0xffff_0000));
        Assert.Equal(0x2_0000_0000, widener.Widen(0, 0));
    }

    [Fact]
    public void AFallByLessThanHalfTheRangeIsAReset()
    {
        var widener = new CounterWidener();
        widener.Widen(0, 1_000_000);
        Assert.Equal(5, widener.Widen(0, 5));
    }

    [Fact]
    public void AResetAfterAWrapStartsAgainAt32Bits()
    {
        var widener = new CounterWidener();
        widener.Widen(0, 0xffff_ffff);
        Assert.Equal(0x1_4000_0000, widener.Widen(0, 0x4000_0000));
        Assert.Equal(0x3000_0000, widener.Widen(0, 0x3000_0000));
    }

    [Fact]
    public void CellsDoNotTouchEachOther()
    {
        var widener = new CounterWidener();
        widener.Widen(3, 0xffff_ffff);
        Assert.Equal(1, widener.Widen(70_000, 1));
        Assert.Equal(0, widener.Widen(4, 0));
        Assert.Equal(0x1_0000_0000, widener.Widen(3, 0));
    }

    [Theory]
    [InlineData(0, 0x1_0000_0000, 0x1_0000_0000)]
    [InlineData(0, ulong.MaxValue, long.MaxValue)]
    [InlineData(-1, 7, 7)]
    [InlineData(int.MaxValue, 7, 7)]
    public void WiderValuesAndFarCellsPassAsTheyAre(int cell, ulong raw, long expected) =>
        Assert.Equal(expected, new CounterWidener().Widen(cell, raw));
}
