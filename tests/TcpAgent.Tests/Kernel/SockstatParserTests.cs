using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class SockstatParserTests
{
    readonly FieldMap _map = new();
    readonly SockstatParser _parser;

    public SockstatParserTests() => _parser = new SockstatParser(_map);

    [Fact]
    public void EachLineHasNamesAndValuesAlternately()
    {
        var text = "sockets: used 290\nTCP: inuse 5 orphan 1 tw 13 alloc 1000012 mem 57\nUDP: inuse 2 mem 1\nFRAG: inuse 0 memory 0\n"u8;
        Assert.Equal(0, _map.Parse(_parser, text).Dropped);
        _map.Shows(
            ("sockets.used", 290), ("TCP.inuse", 5), ("TCP.orphan", 1), ("TCP.tw", 13), ("TCP.alloc", 1000012), ("TCP.mem", 57),
            ("UDP.inuse", 2), ("FRAG.memory", 0));
    }

    [Fact]
    public void WordsThatThisKernelAddsDoNotShiftTheOthers()
    {
        Assert.Equal(0, _map.Parse(_parser, "TCP: inuse 5 tls 9 orphan 1 tw 13\n"u8).Dropped);
        _map.Shows(("TCP.inuse", 5), ("TCP.orphan", 1), ("TCP.tw", 13));
    }

    [Fact]
    public void AValueThatIsNotReadMayBeAnything()
    {
        _map.Parse(_parser, "TCP: inuse 5\n"u8);
        _map.Frozen = true;
        Assert.Equal(0, _map.Parse(_parser, "TCP: inuse 6 tls many\nRAW: inuse -\n"u8).Dropped);
        Assert.Equal(6, _map["TCP.inuse"]);
    }

    [Fact]
    public void AMissingUdpLiteLineIsNotAnError()
    {
        Assert.Equal(0, _map.Parse(_parser, "UDP: inuse 2 mem 1\nUDPLITE: inuse 0\nRAW: inuse 1\n"u8).Dropped);
        Assert.Equal(0, _map.Parse(_parser, "UDP: inuse 2 mem 1\nRAW: inuse 4\n"u8).Dropped);
        Assert.Null(_map["UDPLITE.inuse"]);
        Assert.Equal(4, _map["RAW.inuse"]);
    }

    [Fact]
    public void ALineWithAnOddWordIsDroppedWhole()
    {
        var result = _map.Parse(_parser, "sockets: used 290\nTCP: inuse 5 orphan 1 tw\nUDP: inuse 2 mem 1\n"u8);
        Assert.Equal(new ParseResult(1, 2), result);
        Assert.Null(_map["TCP.inuse"]);
        _map.Shows(("sockets.used", 290), ("UDP.inuse", 2));
    }

    [Fact]
    public void ALineWithoutSectionOrWithTextForAValueIsDropped()
    {
        Assert.Equal(3, _map.Parse(_parser, "used 290\nTCP: inuse five\n\nUDP: inuse 2\n"u8).Dropped);
        Assert.Null(_map["TCP.inuse"]);
        Assert.Equal(2, _map["UDP.inuse"]);
    }
}
