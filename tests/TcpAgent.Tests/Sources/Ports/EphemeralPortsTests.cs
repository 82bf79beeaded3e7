using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.EphemeralPortsRig;

namespace TcpAgent.Tests.Sources;

/// <summary>What a look counts, and what is shown of it.</summary>
public sealed class EphemeralPortsTests : IDisposable
{
    readonly EphemeralPortsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void OneDestinationMayBeFullWhileAnotherIsFree()
    {
        _rig.Connect(40000, 14);
        _rig.Connect(40014, 6, TcpState.TimeWait);
        _rig.Connect(40003, 5, remote: "10.0.0.3");
        _rig.Connect(40003, 2, remotePort: 80);
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        Assert.Equal((20, 6), (_rig.Used(), _rig.TimeWait()));
        Assert.Equal(
            (5, 0), (_rig.Used("source=\"10.0.0.1\",destination=\"10.0.0.3\",port=\"443\""),
                _rig.TimeWait("source=\"10.0.0.1\",destination=\"10.0.0.3\",port=\"443\"")));
        Assert.Equal(2, _rig.Used("source=\"10.0.0.1\",destination=\"10.0.0.2\",port=\"80\""));
        Assert.Equal(
            (20, 0, 3, 0, 0), (_rig.Total("ports_usable"), _rig.Total("ports_listening"), _rig.Total("port_tuples"),
                _rig.Total("ports_omitted"), _rig.Total("ports_age_seconds")));
        Assert.Equal((20, 6, 20, A), _rig.Fullest);
        Assert.Equal(("sock_diag", (40000, 40019)), (_rig.Ports.Mode, _rig.Table.AskedRanges.Single()));
    }

    [Fact]
    public void AllStatesThatHoldAPortCount()
    {
        var port = 40000;
        foreach (var state in Enum.GetValues<TcpState>())
            _rig.Table.Add(Connection(port++, state));
        _rig.Tick();

        // Not half-open connections, which are a server's, nor unconnected sockets; the listener is none of its connections either.
        Assert.Equal((8, 1, 1), (_rig.Used(), _rig.TimeWait(), _rig.Total("ports_listening")));
    }

    [Fact]
    public void ReservedPortsAndThoseListenedOnCannotBeHeld()
    {
        _rig.Root.Write(ReservedPorts, "22,40000-40003,40019-40030\n");
        _rig.Connect(40000, 20);
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 40010 });
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 40001 });
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 443 });
        _rig.Tick();
        Assert.Equal((15, 1, 14), (_rig.Total("ports_usable"), _rig.Total("ports_listening"), _rig.Used()));
        Assert.Equal((14, 0, 14, A), _rig.Fullest);
        Assert.Equal(["port=\"40010\""], _rig.Ports.Tables[2].Keys());
    }

    [Fact]
    public void AListOfReservedPortsMayBeLongerThanTheBuffer()
    {
        _rig.Root.Write(PortRange, "1024\t65535\n");
        _rig.Root.Write(ReservedPorts, string.Join(',', Enumerable.Range(1, 32768).Select(i => i * 2 - 1)) + "\n");
        _rig.Tick();
        Assert.Equal(32256, _rig.Total("ports_usable"));
    }

    [Fact]
    public void Ipv4OverIpv6SocketsIsIpv4()
    {
        _rig.Connect(40000, 3);
        for (var port = 40003; port < 40005; port++)
            _rig.Table.Add(
                new FakeSocket(TcpState.Established)
                {
                    Address = "::ffff:10.0.0.1",
                    Port = (ushort)port,
                    Remote = "::ffff:10.0.0.2",
                    RemotePort = 443
                });
        _rig.Connect(40005, 4, remote: "2001:db8::2");
        _rig.Tick();
        Assert.Equal((5, 4), (_rig.Used(), _rig.Used("source=\"2001:db8::1\",destination=\"2001:db8::2\",port=\"443\"")));
    }

    [Theory]
    [InlineData("32768\t60999\n", 15, false)]
    [InlineData("32768\t60999\n", 16, true)]
    [InlineData("40000\t40499\n", 9, false)]
    [InlineData("40000\t40499\n", 10, true)]
    [InlineData("40000\t40001\n", 1, true)]
    public void FewPortsAreNotWorthASeries(string range, int count, bool shown)
    {
        _rig.Root.Write(PortRange, range);
        _rig.Connect(40000, count);
        _rig.Tick();
        Assert.Equal((shown ? count : null, count), (_rig.Used(), _rig.Fullest!.Value.Held));
    }

    [Fact]
    public void OnlyTheTenWorstAreShown()
    {
        for (var remote = 0; remote < 15; remote++)
            _rig.Connect(40000, remote + 1, remote: $"10.0.1.{remote}");
        _rig.Tick();
        Assert.Equal(
            Enumerable.Range(5, 10).Reverse().Select(remote => $"source=\"10.0.0.1\",destination=\"10.0.1.{remote}\",port=\"443\""),
            _rig.Ports.Tables[0].Keys());
        Assert.Equal(15, _rig.Total("port_tuples"));
    }

    [Fact]
    public void WithoutAConnectionNoPortIsHeld()
    {
        _rig.Tick();
        Assert.Equal((0, 0, 20, ""), _rig.Fullest);
        Assert.Equal((0, 0), (_rig.Ports.Tables[0].Count, _rig.Total("port_tuples")));
    }

    [Fact]
    public void AnUnchangedSetKeepsItsLabelTexts()
    {
        _rig.Root.Write(PortRange, "40000\t40099\n");

        // Fifteen of one weight: which ten are shown does not depend on their order.
        for (var remote = 14; remote >= 0; remote--)
            _rig.Connect(40000, 17, remote: $"10.0.1.{remote}");
        _rig.Tick();
        _rig.Tick();
        var keys = _rig.Ports.Tables[0].Keys();
        Assert.Equal(10, keys.Length);
        var subject = _rig.Ports.InstanceOf(_rig.Ports.Worst[0].Tuple);
        for (var look = 0; look < 100; look++)
        {
            _rig.Tick();
            Assert.Same(subject, _rig.Ports.InstanceOf(_rig.Ports.Worst[0].Tuple));
        }
        Assert.Equal(keys, _rig.Ports.Tables[0].Keys());

        // Between looks the last result is stored anew at each tick.
        _rig.Snmp.Remember();
        _rig.Sockstat.Remember();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var tick = 0; tick < 100; tick++)
            _rig.Ports.Read(new Tick(0, _rig.Time.Now, false));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
