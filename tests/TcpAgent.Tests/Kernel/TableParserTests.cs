using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class TableParserTests
{
    readonly FieldMap _map = new();
    readonly TableParser _parser;

    public TableParserTests() => _parser = new TableParser(_map);

    int Parse(ReadOnlySpan<byte> text) => _map.Parse(_parser, text).Dropped;

    [Fact]
    public void AnInsertedColumnDoesNotShiftTheOthers()
    {
        Assert.Equal(0, Parse("Icmp: InMsgs InErrors InDestUnreachs\nIcmp: 10 2 3\n"u8));
        Assert.Equal(3, _map["Icmp.InDestUnreachs"]);

        Assert.Equal(0, Parse("Icmp: InMsgs InErrors InCsumErrors InDestUnreachs\nIcmp: 10 2 99 3\n"u8));
        _map.Shows(("Icmp.InDestUnreachs", 3), ("Icmp.InCsumErrors", 99));
    }

    [Fact]
    public void AMissingIcmpMsgLineIsNotAnError()
    {
        var without = "Icmp: InMsgs\nIcmp: 1\nTcp: InSegs\nTcp: 5\n"u8;
        var with = "Icmp: InMsgs\nIcmp: 2\nIcmpMsg: InType3\nIcmpMsg: 2\nTcp: InSegs\nTcp: 6\n"u8;
        Assert.Equal(0, Parse(without));
        Assert.Null(_map["IcmpMsg.InType3"]);

        Assert.Equal(0, Parse(with));
        _map.Shows(("IcmpMsg.InType3", 2), ("Tcp.InSegs", 6));

        Assert.Equal(0, Parse(without));
        Assert.Null(_map["IcmpMsg.InType3"]);
        Assert.Equal(5, _map["Tcp.InSegs"]);
    }

    [Fact]
    public void AnIcmpMsgLineThatGrowsIsReadByItsNewHeader()
    {
        Parse("IcmpMsg: InType3 OutType3\nIcmpMsg: 1 2\n"u8);
        Assert.Equal(0, Parse("IcmpMsg: InType0 InType3 OutType3\nIcmpMsg: 8 1 2\n"u8));
        _map.Shows(("IcmpMsg.InType0", 8), ("IcmpMsg.InType3", 1), ("IcmpMsg.OutType3", 2));
    }

    [Fact]
    public void SectionsMayChangePlaces()
    {
        Parse("Tcp: A B\nTcp: 1 2\nUdp: A B\nUdp: 3 4\n"u8);
        Assert.Equal(0, Parse("Udp: A B\nUdp: 7 8\nTcp: A B\nTcp: 5 6\n"u8));
        _map.Shows(("Tcp.A", 5), ("Tcp.B", 6), ("Udp.A", 7), ("Udp.B", 8));
    }

    [Theory]
    [InlineData("Ip: A\nIp: 1\nTcp: A B\nUdp: A\nUdp: 3\n", 0)]
    [InlineData("Ip: A\nIp: 1\nTcp: A B\nTcp:\nUdp: A\nUdp: 3\n", 0)]
    [InlineData("Ip: A\nIp: 1\nTcp: 1 2\nUdp: A\nUdp: 3\n", 1)]
    [InlineData("Ip: A\nIp: 1\nTcp: A B\nTcpExt: 1 2\nUdp: A\nUdp: 3\n", 1)]
    public void ALostLineCostsOnlyItsOwnSection(string text, int dropped)
    {
        var result = _map.Parse(_parser, Encoding.ASCII.GetBytes(text));
        Assert.Equal(dropped, result.Dropped);
        _map.Shows(("Ip.A", 1), ("Udp.A", 3));
        Assert.Null(_map["Tcp.A"]);
    }

    [Theory]
    [InlineData("Tcp: 1")]
    [InlineData("Tcp: 1 2 3")]
    [InlineData("Tcp: 1 4x")]
    [InlineData("1 2")]
    [InlineData("")]
    public void ASectionWhoseValuesDoNotFitIsDroppedAlone(string values)
    {
        var text = $"Ip: A\nIp: 1\nTcp: A B\n{values}\nUdp: A\nUdp: 3\n";
        var result = _map.Parse(_parser, Encoding.ASCII.GetBytes(text));
        Assert.Equal(new ParseResult(1, 4), result);
        _map.Shows(("Ip.A", 1), ("Udp.A", 3));
        Assert.Null(_map["Tcp.A"]);
        Assert.Null(_map["Tcp.B"]);
    }

    [Theory]
    [InlineData("TcpExt: SyncookiesSent ListenDrops\n")]
    [InlineData("TcpExt: SyncookiesSent ListenDrops\nTcpExt:\n")]
    [InlineData("TcpExt:\n")]
    [InlineData("TcpExt:\nTcpExt:\n")]
    public void AHeaderWithoutValuesCountsNothingAndIsNotTorn(string text)
    {
        Assert.Equal(0, Parse(Encoding.ASCII.GetBytes(text)));
        Assert.Null(_map["TcpExt.ListenDrops"]);
    }

    [Fact]
    public void AValueThatIsNotReadMayBeAnything()
    {
        var wanted = new FieldMap();
        wanted.Parse(new TableParser(wanted), "Tcp: A\nTcp: 1\n"u8);
        wanted.Frozen = true;
        Assert.Equal(0, wanted.Parse(new TableParser(wanted), "Tcp: New A Other\nTcp: 4x 5 n/a\n"u8).Dropped);
        Assert.Equal(5, wanted["Tcp.A"]);
        Assert.Equal(1, wanted.Parse(new TableParser(wanted), "Tcp: New A\nTcp: 4 5x\n"u8).Dropped);
    }

    [Fact]
    public void MaxConnMayBeMinusOne()
    {
        Assert.Equal(0, Parse("Tcp: RtoMax MaxConn ActiveOpens\nTcp: 120000 -1 7\n"u8));
        _map.Shows(("Tcp.MaxConn", -1), ("Tcp.ActiveOpens", 7));
    }

    [Fact]
    public void AValueAbove63BitsIsClamped()
    {
        Assert.Equal(0, Parse("IpExt: InOctets OutOctets\nIpExt: 18446744073709551615 5\n"u8));
        _map.Shows(("IpExt.InOctets", long.MaxValue), ("IpExt.OutOctets", 5));
    }

    [Theory]
    [InlineData("Ip: A\nIp: 1\nTcp: A B\nTcp: 1")]
    [InlineData("Ip: A\nIp: 1\nTcp: A B\nTcp: 1 2")]
    [InlineData("Ip: A\nIp: 1\nTcp: A")]
    public void APairThatTheEndSplitsIsDropped(string text)
    {
        Assert.Equal(1, Parse(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(1, _map["Ip.A"]);
        Assert.Null(_map["Tcp.A"]);
    }

    [Fact]
    public void FieldsOfOneNameInTwoSectionsAreTwoFields()
    {
        Assert.Equal(0, Parse("TcpExt: RcvPruned X\nTcpExt: 5 0\nMPTcpExt: X RcvPruned\nMPTcpExt: 0 77\n"u8));
        _map.Shows(("TcpExt.RcvPruned", 5), ("MPTcpExt.RcvPruned", 77));
    }

    [Fact]
    public void AnEmptyFileIsNotATable() => Assert.Equal(1, Parse(default));

    [Fact]
    public void UnknownFieldsAreCountedByTheLastHeaders()
    {
        _map.Parse(_parser, "Tcp: A\nTcp: 1\nIcmpMsg: T3\nIcmpMsg: 1\n"u8);
        _map.Frozen = true;
        var parser = new TableParser(_map);
        _map.Parse(parser, "Tcp: New A\nTcp: 2 1\nIcmpMsg: T3\nIcmpMsg: 1\n"u8);
        Assert.Equal(1, parser.Unknown);
        Assert.Equal(1, _map["Tcp.A"]);
    }
}
