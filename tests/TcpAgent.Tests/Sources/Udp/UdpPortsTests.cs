namespace TcpAgent.Tests.Sources;

/// <summary>Which local ports are taken: as bind(), connect() and sendto() of a real kernel find them.</summary>
public sealed class UdpPortsTests : IDisposable
{
    const long Ok = 0, Near = 1, Limiting = 2;

    UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    long? State => _rig.Resource("state", "ephemeral_ports_udp");

    void Bind(string address, int first, int count, bool isIPv6Only = false) =>
        _rig.Set([.. Enumerable.Range(0, count).Select(i => Bound(address, first + i, i + 1) with { IsIPv6Only = isIPv6Only })]);

    static FakeUdp Bound(string address, int port, int cookie) => new(address, (ushort)port) { Cookie = (ulong)cookie };

    /// <summary>
    /// A socket that is not bound needs a port that no address holds: with all of 127.0.0.1 taken, connect() to anywhere fails.
    /// </summary>
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::", "0.0.0.0")]
    [InlineData("fd00::1", "fd00::1")]
    public void AllOfThemAtOneAddressLimit(string address, string subject)
    {
        Bind(address, 40000, 10);
        _rig.Tick();
        Assert.Equal((Limiting, subject), (State, _rig.Subject));
        Assert.Equal((10, 10), (_rig.Resource("used", "ephemeral_ports_udp"), _rig.Resource("limit", "ephemeral_ports_udp")));
    }

    [Fact]
    public void PortsOfSeveralAddressesCountTogether()
    {
        _rig.Set([.. Enumerable.Range(0, 10).Select(i => Bound(i < 5 ? "127.0.0.1" : "10.0.0.1", 40000 + i, i + 1))]);
        _rig.Tick();
        Assert.Equal((Limiting, "0.0.0.0"), (State, _rig.Subject));
        Assert.Equal((10, 5, 5), (_rig.Ports("0.0.0.0"), _rig.Ports("127.0.0.1"), _rig.Ports("10.0.0.1")));
    }

    [Fact]
    public void OnePortAtManyAddressesIsOnePort()
    {
        _rig.Set([.. Enumerable.Range(1, 10).Select(i => Bound($"10.0.0.{i}", 40000, i))]);
        _rig.Tick();
        Assert.Equal((Ok, 1, "1"), (State, _rig.Ports("0.0.0.0"), $"{_rig.Resource("used", "ephemeral_ports_udp")}"));
    }

    /// <summary>A socket on all addresses takes its port from every address.</summary>
    [Fact]
    public void AnAddressHasThoseOfAllAddressesTakenToo()
    {
        _rig.Set(
            Bound("0.0.0.0", 40000, 1), Bound("127.0.0.1", 40001, 2), Bound("127.0.0.1", 40000, 3), Bound("::", 40002, 4),
            Bound("::", 40003, 5) with { IsIPv6Only = true }, Bound("fd00::1", 40004, 6));
        _rig.Tick();
        Assert.Equal((3, 5), (_rig.Ports("0.0.0.0"), _rig.Ports("::")));
        Assert.Equal((3, 3), (_rig.Ports("127.0.0.1"), _rig.Ports("fd00::1")));
    }

    [Fact]
    public void IPv6OnlySocketsLeaveIPv4Alone()
    {
        Bind("::", 40000, 10, isIPv6Only: true);
        _rig.Tick();
        Assert.Equal((Limiting, "::", null), (State, _rig.Subject, _rig.Ports("0.0.0.0")));
    }

    [Fact]
    public void OnlyPortsThatTheKernelMayChooseCount()
    {
        _rig.Dispose();
        _rig = new UdpRig(reserved: "40000-40001");
        Bind("0.0.0.0", 39990, 18);
        _rig.Tick();
        Assert.Equal((6, 8, Ok), (_rig.Ports("0.0.0.0"), _rig.Total("ephemeral_ports_usable"), State));
        Bind("0.0.0.0", 40002, 7);
        _rig.Tick();
        Assert.Equal(Near, State);
        Bind("0.0.0.0", 40002, 8);
        _rig.Tick();
        Assert.Equal(Limiting, State);
    }

    [Fact]
    public void FewPortsOfAWideRangeAreNotTold()
    {
        _rig.Dispose();
        _rig = new UdpRig(range: "32768 60999");
        Bind("0.0.0.0", 40000, 15);
        _rig.Tick();
        Assert.Empty(_rig.Source[TcpAgent.Sources.UdpRows.Sources].Keys());
        Assert.Equal((28_232, 15), (_rig.Resource("limit", "ephemeral_ports_udp"), _rig.Resource("used", "ephemeral_ports_udp")));
        Bind("127.0.0.1", 40000, 17);
        _rig.Tick();
        Assert.Equal((17, 17), (_rig.Ports("0.0.0.0"), _rig.Ports("127.0.0.1")));
    }

    [Fact]
    public void TheAdviceSaysWhoHoldsThemAndWhatWouldNotHelp()
    {
        Bind("127.0.0.1", 40000, 10);
        _rig.Tick();
        var report = _rig.Judge().Resources.Single(one => one.Resource.Name == "ephemeral_ports_udp");
        Assert.Contains("10 of the 10 usable local UDP ports are held by 127.0.0.1 and sockets on all addresses.", report.Evidence);
        Assert.Contains(report.Advice, text => text.Contains("ss -uanp", StringComparison.Ordinal));
        Assert.Contains(report.WillNotFix, text => text.Contains("More destinations", StringComparison.Ordinal));
    }
}
