using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public sealed class PortRotationTests
{
    readonly PortRotation _rotation = new();
    readonly ClientPorts _ports = new();

    public PortRotationTests() => _ports.Begin(32768, 60999);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 2)]
    [InlineData(20_000, 128)]
    [InlineData(200_000, 1024)]
    [InlineData(1_000_000_000, 16_384)]
    public void APartHasAboutTheSameNumberOfConnectionsOnAnyHost(long connections, int parts)
    {
        _rotation.Next(connections, _ports);
        Assert.Equal(parts, _rotation.Parts);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(20_000)]
    [InlineData(4_000_000)]
    public void EachPartIsVisitedOnceBeforeAnyIsVisitedAgain(long connections)
    {
        var first = _rotation.Next(connections, _ports);
        var seen = new HashSet<PortWindow> { first };
        for (var i = 1; i < _rotation.Parts; i++)
            Assert.True(seen.Add(_rotation.Next(connections, _ports)));
        Assert.Equal(first, _rotation.Next(connections, _ports));
    }

    [Fact]
    public void AFewLooksAreSpreadOverAllPorts()
    {
        var starts = new List<int>();
        for (var i = 0; i < 16; i++)
            starts.Add(_rotation.Next(40_000, _ports).FirstLocal);
        starts.Sort();
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 28_232 / 6));
    }

    [Fact]
    public void TheNumberOfPartsStaysWhileConnectionsComeAndGo()
    {
        _rotation.Next(20_000, _ports);
        _rotation.Next(12_000, _ports);
        Assert.Equal(128, _rotation.Parts);
        _rotation.Next(8_000, _ports);
        Assert.Equal(32, _rotation.Parts);
    }
}
