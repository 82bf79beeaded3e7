using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.EphemeralPortsRig;

namespace TcpAgent.Tests.Sources;

/// <summary>What a scan counts, and what is exported of it.</summary>
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
        _rig.ShowsScan(used: 20, usable: 20, listening: 0, tuples: 3, omitted: 0, ageNs: 0);
        _rig.Shows(timeWait: 6);
        _rig.Shows("source=\"10.0.0.1\",destination=\"10.0.0.3\",port=\"443\"", used: 5, timeWait: 0);
        _rig.Shows("source=\"10.0.0.1\",destination=\"10.0.0.2\",port=\"80\"", used: 2);
        _rig.ShowsFullest(held: 20, timeWait: 6, usable: 20, tuple: A);
        Assert.Equal("sock_diag", _rig.Ports.Mode);
        Assert.Equal((40000, 40019), _rig.Table.AskedRanges.Single());
    }

    [Fact]
    public void AllStatesThatHoldAPortCount()
    {
        var port = 40000;
        foreach (var state in Enum.GetValues<TcpState>())
            _rig.Table.Add(Connection(port++, state));
        _rig.Tick();

        // Half-open connections belong to a server and do not count, nor do unconnected sockets and the listener.
        _rig.ShowsScan(used: 8, listening: 1);
        _rig.Shows(timeWait: 1);
    }

    [Fact]
    public void ReservedPortsAndPortsOfListenersCannotBeHeld()
    {
        _rig.Root.Write(ReservedPorts, "22,40000-40003,40019-40030\n");
        _rig.Connect(40000, 20);
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 40010 });
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 40001 });
        _rig.Table.Add(new FakeSocket(TcpState.Listen) { Address = "::", Port = 443 });
        _rig.Tick();
        _rig.ShowsScan(usable: 15, listening: 1, used: 14);
        _rig.ShowsFullest(held: 14, timeWait: 0, usable: 14, tuple: A);
        Assert.Equal(["port=\"40010\""], _rig.Ports.Tables[2].Keys());
    }

    [Fact]
    public void AListOfReservedPortsMayBeLongerThanTheBuffer()
    {
        _rig.Root.Write(PortRange, "1024\t65535\n");
        _rig.Root.Write(ReservedPorts, string.Join(',', Enumerable.Range(1, 32768).Select(i => i * 2 - 1)) + "\n");
        _rig.Tick();
        _rig.ShowsScan(usable: 32256);
    }

    [Fact]
    public void IPv4OverAnIPv6SocketIsIPv4()
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
        _rig.ShowsScan(used: 5);
        _rig.Shows("source=\"2001:db8::1\",destination=\"2001:db8::2\",port=\"443\"", used: 4);
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
        _rig.ShowsScan(used: shown ? count : null);
        _rig.ShowsFullest(held: count);
    }

    [Fact]
    public void OnlyTheTenFullestTuplesAreExported()
    {
        for (var remote = 0; remote < 15; remote++)
            _rig.Connect(40000, remote + 1, remote: $"10.0.1.{remote}");
        _rig.Tick();
        Assert.Equal(
            Enumerable.Range(5, 10).Reverse().Select(remote => $"source=\"10.0.0.1\",destination=\"10.0.1.{remote}\",port=\"443\""),
            _rig.Ports.Tables[0].Keys());
        _rig.ShowsScan(tuples: 15);
    }

    [Fact]
    public void WithoutAConnectionNoPortIsHeld()
    {
        _rig.Tick();
        _rig.ShowsFullest(held: 0, timeWait: 0, usable: 20, tuple: "");
        Assert.Equal(0, _rig.Ports.Tables[0].Count);
        _rig.ShowsScan(tuples: 0);
    }

    [Fact]
    public void AnUnchangedSetKeepsItsLabelTexts()
    {
        _rig.Root.Write(PortRange, "40000\t40099\n");

        // Fifteen of equal weight: which ten are exported does not depend on their order.
        for (var remote = 14; remote >= 0; remote--)
            _rig.Connect(40000, 17, remote: $"10.0.1.{remote}");
        _rig.Tick();
        _rig.Tick();
        var keys = _rig.Ports.Tables[0].Keys();
        Assert.Equal(10, keys.Length);
        var subject = _rig.Ports.InstanceOf(_rig.Ports.Worst[0].Tuple);
        for (var scan = 0; scan < 100; scan++)
        {
            _rig.Tick();
            Assert.Same(subject, _rig.Ports.InstanceOf(_rig.Ports.Worst[0].Tuple));
        }
        Assert.Equal(keys, _rig.Ports.Tables[0].Keys());
    }

    /// <summary>Between scans each tick stores the last result again.</summary>
    [Fact]
    public void StoringTheLastResultAgainAllocatesNothing()
    {
        _rig.Root.Write(PortRange, "40000\t40099\n");
        for (var remote = 14; remote >= 0; remote--)
            _rig.Connect(40000, 17, remote: $"10.0.1.{remote}");
        for (var scan = 0; scan < 100; scan++)
            _rig.Tick();
        _rig.Snmp.Remember();
        _rig.Sockstat.Remember();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var tick = 0; tick < 100; tick++)
            _rig.Ports.Read(new Tick(0, _rig.Time.Now, false));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
