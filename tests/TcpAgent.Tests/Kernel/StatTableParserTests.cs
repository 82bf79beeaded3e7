using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class StatTableParserTests
{
    readonly FieldMap _map = new();
    readonly StatTableParser _parser;

    public StatTableParserTests()
    {
        var entries = _map.SlotOf([], "entries"u8);
        _parser = new StatTableParser(_map, slot => slot == entries);
    }

    ParseResult Parse(string text) => _map.Parse(_parser, Encoding.ASCII.GetBytes(text));

    [Fact]
    public void EntriesAreTakenOnceAndCountersAreSummed()
    {
        Assert.Equal(0, Parse("entries  drop found\n00000021  0000000a 00000001\n00000021  0000000b 00000002\n").Dropped);
        _map.Shows((".entries", 0x21), (".drop", 0x15), (".found", 3));
    }

    [Fact]
    public void TheSameWidthMayHoldOtherColumns()
    {
        Parse("entries  searched found delete_list\n00000001  00000007 00000000 00000005\n");
        _map.Shows((".searched", 7), (".delete_list", 5));

        Assert.Equal(0, Parse("entries  clashres found chainlength\n00000001  00000003 00000000 00000004\n").Dropped);
        _map.Shows((".clashres", 3), (".chainlength", 4));
        Assert.Null(_map[".searched"]);
        Assert.Null(_map[".delete_list"]);
    }

    [Theory]
    [InlineData("00000001 00000002")]
    [InlineData("00000001 00000002 00000003 00000004")]
    [InlineData("00000001 0000000g 00000003")]
    [InlineData("")]
    public void OneTornRowDropsTheTable(string row)
    {
        Assert.Equal(new ParseResult(1, 3), Parse($"entries drop found\n00000001 00000002 00000003\n{row}\n00000001 00000002 00000003\n"));
        Assert.Null(_map[".entries"]);
        Assert.Null(_map[".drop"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("entries drop")]
    [InlineData("entries drop\n00000001 00000002")]
    public void AHeaderWithoutRowsIsNoTable(string text)
    {
        Assert.Equal(1, Parse(text).Dropped);
        Assert.Null(_map[".entries"]);
    }

    [Fact]
    public void AHeaderWithoutRowsCountsNothing()
    {
        Assert.Equal(0, Parse("entries drop\n").Dropped);
        Assert.Null(_map[".entries"]);
    }

    /// <summary>neighbour.c up to 2.6.27: twelve names and eleven values.</summary>
    [Fact]
    public void ARowThatIsOneValueShortLacksTheLastColumn()
    {
        Assert.Equal(0, Parse("entries drop found\n00000007 00000002\n00000007 00000003\n").Dropped);
        _map.Shows((".entries", 7), (".drop", 5));
        Assert.Null(_map[".found"]);
        Assert.Equal(new ParseResult(1, 3), Parse("entries drop found\n00000007 00000002\n00000007 00000003 00000001\n"));
        Assert.Equal(new ParseResult(1, 2), Parse("entries drop found\n00000007\n"));
    }

    [Fact]
    public void EntriesBelowZeroAreAbsentAndCountedAndTheOthersAreRead()
    {
        Assert.Equal(1, Parse("entries drop\nfffffffd 00000002\nfffffffd 00000003\n").Dropped);
        Assert.Null(_map[".entries"]);
        Assert.Equal(5, _map[".drop"]);
    }

    [Fact]
    public void MoreColumnsThanAnyTableHasAreRefused()
    {
        var header = string.Join(' ', Enumerable.Range(0, 65).Select(i => $"c{i}"));
        Assert.Equal(1, Parse($"{header}\n{string.Concat(Enumerable.Repeat("00000001 ", 65))}\n").Dropped);
        Assert.Null(_map[".c0"]);
    }

    [Fact]
    public void EachCpusCounterIsWidenedBeforeTheSum()
    {
        Parse("entries drop\n00000001 fffffffe\n00000001 00000010\n");
        Assert.Equal(0x1_0000_000eL, _map[".drop"]);
        Parse("entries drop\n00000001 00000002\n00000001 00000011\n");
        Assert.Equal(0x1_0000_0013L, _map[".drop"]);
    }

    [Fact]
    public void EntriesAreAGaugeAndNotWidened()
    {
        Parse("entries drop\nffffffff 00000000\n");
        Parse("entries drop\n00000002 00000000\n");
        Assert.Equal(2, _map[".entries"]);
    }

    [Fact]
    public void ASumBeyondALongIsClamped()
    {
        Assert.Equal(0, Parse("entries drop\n00000001 ffffffffffffffff\n00000001 00000001\n").Dropped);
        Assert.Equal(long.MaxValue, _map[".drop"]);
        Parse("entries drop\n00000001 7fffffffffffffff\n00000001 7fffffffffffffff\n");
        Assert.Equal(long.MaxValue, _map[".drop"]);
    }

    [Fact]
    public void ArpCacheIsReadByItsNames()
    {
        Parse("entries,allocs,destroys table_fulls\n"); // commas make one name: nothing there is known
        Assert.Equal(0, Parse("entries allocs table_fulls\n00000009 00000001 00000002\n00000009 00000001 00000005\n").Dropped);
        _map.Shows((".entries", 9), (".table_fulls", 7));
        Assert.Equal(0, Parse("entries allocs\n00000009 00000001\n").Dropped);
        Assert.Null(_map[".table_fulls"]);
    }
}
