using TcpAgent.Resources;

namespace TcpAgent.Tests.Sources;

/// <summary>Which local ports are taken, as bind(), connect() and sendto() of a real kernel see it.</summary>
public sealed class UdpPortsTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

    UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Bind(string address, int first, int count, bool isIPv6Only = false) =>
        _rig.Set([.. Enumerable.Range(0, count).Select(i => Bound(address, first + i, i + 1) with { IsIPv6Only = isIPv6Only })]);

    static FakeUdp Bound(string address, int port, int cookie) => new(address, (ushort)port) { Cookie = (ulong)cookie };

    /// <summary>
    /// An unbound socket needs a port that no address holds. With all ports of 127.0.0.1 taken, every connect() fails.
    /// </summary>
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::", "0.0.0.0")]
    [InlineData("fd00::1", "fd00::1")]
    public void AllPortsTakenAtOneAddressLimit(string address, string subject)
    {
        Bind(address, 40000, 10);
        _rig.Tick();
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Limiting, subject: subject, used: 10, limit: 10);
    }

    [Fact]
    public void PortsOfSeveralAddressesAddUp()
    {
        _rig.Set([.. Enumerable.Range(0, 10).Select(i => Bound(i < 5 ? "127.0.0.1" : "10.0.0.1", 40000 + i, i + 1))]);
        _rig.Tick();
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Limiting, subject: "0.0.0.0");
        Assert.Equal(10, _rig.Ports("0.0.0.0"));
        Assert.Equal(5, _rig.Ports("127.0.0.1"));
        Assert.Equal(5, _rig.Ports("10.0.0.1"));
    }

    [Fact]
    public void OnePortAtManyAddressesIsOnePort()
    {
        _rig.Set([.. Enumerable.Range(1, 10).Select(i => Bound($"10.0.0.{i}", 40000, i))]);
        _rig.Tick();
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Ok, used: 1);
        Assert.Equal(1, _rig.Ports("0.0.0.0"));
    }

    /// <summary>A socket on all addresses takes its port from every address.</summary>
    [Fact]
    public void PortsTakenOnAllAddressesAreTakenAtEachAddress()
    {
        _rig.Set(
            Bound("0.0.0.0", 40000, 1), Bound("127.0.0.1", 40001, 2), Bound("127.0.0.1", 40000, 3), Bound("::", 40002, 4),
            Bound("::", 40003, 5) with { IsIPv6Only = true }, Bound("fd00::1", 40004, 6));
        _rig.Tick();
        Assert.Equal(3, _rig.Ports("0.0.0.0"));
        Assert.Equal(5, _rig.Ports("::"));
        Assert.Equal(3, _rig.Ports("127.0.0.1"));
        Assert.Equal(3, _rig.Ports("fd00::1"));
    }

    [Fact]
    public void IPv6OnlySocketsLeaveIPv4Alone()
    {
        Bind("::", 40000, 10, isIPv6Only: true);
        _rig.Tick();
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Limiting, subject: "::");
        Assert.Null(_rig.Ports("0.0.0.0"));
    }

    [Fact]
    public void OnlyPortsThatTheKernelMayChooseCount()
    {
        _rig.Dispose();
        _rig = new UdpRig(reserved: "40000-40001");
        Bind("0.0.0.0", 39990, 18);
        _rig.Tick();
        Assert.Equal(6, _rig.Ports("0.0.0.0"));
        _rig.ShowsTotals(usablePorts: 8);
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Ok);
    }

    [Theory]
    [InlineData(6, nameof(Ok))]
    [InlineData(7, nameof(Near))]
    [InlineData(8, nameof(Limiting))]
    public void TheStateFollowsTheShareOfTheUsablePorts(int bound, string state)
    {
        _rig.Dispose();
        _rig = new UdpRig(reserved: "40000-40001");
        Bind("0.0.0.0", 40002, bound);
        _rig.Tick();
        _rig.Monitor.Shows("ephemeral_ports_udp", state: Enum.Parse<ResourceState>(state));
    }

    [Fact]
    public void FewPortsOfAWideRangeAreNotExported()
    {
        _rig.Dispose();
        _rig = new UdpRig(range: "32768 60999");
        Bind("0.0.0.0", 40000, 15);
        _rig.Tick();
        Assert.Empty(_rig.Source[TcpAgent.Sources.UdpRows.Sources].Keys());
        _rig.Monitor.Shows("ephemeral_ports_udp", limit: 28_232, used: 15);
    }

    [Fact]
    public void ManyPortsOfAWideRangeAreExported()
    {
        _rig.Dispose();
        _rig = new UdpRig(range: "32768 60999");
        Bind("127.0.0.1", 40000, 17);
        _rig.Tick();
        Assert.Equal(17, _rig.Ports("0.0.0.0"));
        Assert.Equal(17, _rig.Ports("127.0.0.1"));
    }

    [Fact]
    public void TheAdviceSaysWhichAddressHoldsThePortsAndWhatWouldNotHelp()
    {
        Bind("127.0.0.1", 40000, 10);
        _rig.Tick();
        var report = _rig.Judge().Resources.Single(report => report.Resource.Name == "ephemeral_ports_udp");
        Assert.Contains("10 of the 10 usable local UDP ports are held by 127.0.0.1 and sockets on all addresses.", report.Evidence);
        Assert.Contains(report.Advice, text => text.Contains("ss -uanp", StringComparison.Ordinal));
        Assert.Contains(report.WillNotFix, text => text.Contains("More destinations", StringComparison.Ordinal));
    }
}
