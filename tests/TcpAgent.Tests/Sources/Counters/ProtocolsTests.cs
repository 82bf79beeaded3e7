using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public sealed class ProtocolsTests : IDisposable
{
    const string Pressure = "tcpagent_protocol_memory_pressure";
    const string Header = "protocol  size sockets  memory press maxhdr  slab module\n";

    readonly TempRoot _root = new();
    readonly Protocols _source;

    public ProtocolsTests() => _source = new Protocols(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void PressureIsOneOrZeroAndAbsentWhereTheProtocolHasNone()
    {
        _root.Write("net/protocols", Header + "TCPv6 1 2 3 yes 4 yes kernel\nTCP 1 2 3 no 4 yes kernel\nRAW 1 2 -1 NI 0 yes kernel\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(1, _source.Value(Pressure, "protocol=\"TCPv6\""));
        Assert.Equal(0, _source.Value(Pressure, "protocol=\"TCP\""));
        Assert.Null(_source.Value(Pressure, "protocol=\"RAW\""));
    }

    [Fact]
    public void ABadLineIsCountedAndTheOthersAreRead()
    {
        _root.Write("net/protocols", Header + "TCP 1 2 3 perhaps 4\nUDP 1 2 3 no 4\n");
        var status = _source.Read();
        status.Shows(Outcome.Partial, line: 2);
        Assert.Equal(["protocol=\"UDP\""], _source.Tables[0].Keys());
        Assert.Equal(1, _source.Malformed);
    }

    [Fact]
    public void AProtocolThatTheFileShowsTwiceIsOneSeries()
    {
        _root.Write("net/protocols", Header + "TCP 1 2 3 yes 4\nUDP 1 2 3 no 4\nTCP 1 2 3 no 4\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["protocol=\"TCP\"", "protocol=\"UDP\""], _source.Tables[0].Keys());
        Assert.Equal(1, _source.Value(Pressure, "protocol=\"TCP\""));
    }

    [Fact]
    public void ProtocolsBeyondTheBoundAreLeftOutAtEachRead()
    {
        for (var round = 0; round < 3; round++)
        {
            var lines = string.Concat(Enumerable.Range(round * 500, 500).Select(i => $"P{i} 1 2 3 no 4\n"));
            _root.Write("net/protocols", Header + lines);
            Assert.Equal(ReadStatus.Ok, _source.Read());
            Assert.Equal(64, _source.Tables[0].Count);
            Assert.Equal(0, _source.Value(Pressure, $"protocol=\"P{round * 500 + 63}\""));
        }
    }
}
