using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class NameValueParserTests
{
    readonly FieldMap _map = new();
    readonly NameValueParser _parser;

    public NameValueParserTests() => _parser = new NameValueParser(_map);

    [Fact]
    public void LinesMayChangePlaces()
    {
        _map.Parse(_parser, "Ip6InReceives \t1\nIp6InDiscards \t2\nUdp6NoPorts \t3\n"u8);
        Assert.Equal(0, _map.Parse(_parser, "Udp6NoPorts \t30\nIp6New \t40\nIp6InReceives \t10\nIp6InDiscards \t20\n"u8).Dropped);
        _map.Shows((".Ip6InReceives", 10), (".Ip6InDiscards", 20), (".Udp6NoPorts", 30));
    }

    [Fact]
    public void ABadLineIsDroppedAlone()
    {
        var result = _map.Parse(_parser, "A 1\nB x\nC\nD 4 5\n\nE 5\nF 6"u8);
        Assert.Equal(new ParseResult(5, 2), result);
        _map.Shows((".A", 1), (".E", 5));
        Assert.Null(_map[".B"]);
        Assert.Null(_map[".D"]);
        Assert.Null(_map[".F"]);
    }

    [Fact]
    public void AnEmptyFileIsMalformed() => Assert.Equal(new ParseResult(1, 1), _map.Parse(_parser, default));

    [Fact]
    public void ALineThatVanishesLeavesNoOldValue()
    {
        _map.Parse(_parser, "A 1\nB 2\n"u8);
        Assert.Equal(0, _map.Parse(_parser, "B 3\n"u8).Dropped);
        Assert.Null(_map[".A"]);
        Assert.Equal(3, _map[".B"]);
    }
}
