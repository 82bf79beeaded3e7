using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests.Sources;

public sealed class EphemeralPortsTests : IDisposable
{
    const string Range = "sys/net/ipv4/ip_local_port_range", Reserved = "sys/net/ipv4/ip_local_reserved_ports";

    readonly TempRoot _root = new();
    readonly FakeSockets _table = new();
    readonly ManualTime _time = new();
    readonly TextSource _snmp;
    readonly TextSource _sockstat;
    readonly EphemeralPorts _source;
    long _opens;

    public EphemeralPortsTests()
    {
        _snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.All, [_root.Kernel.Proc("net/snmp")]);
        _sockstat = new TextSource("sockstat", map => new SockstatParser(map), SockstatRows.All, [_root.Kernel.Proc("net/sockstat")]);
        _source = new EphemeralPorts(_root.Kernel, _table.Dump, null, _snmp, _sockstat, SamplingOptions.Default with { WalkBudget = 1 }, _time);
        _root.Write("net/sockstat", "TCP: inuse 0 tw 0 alloc 0\n");
        _root.Write(Range, "40000\t40019\n");
        _root.Write(Reserved, "40003,50000-50010\n");
    }

    public void Dispose()
    {
        _source.Dispose();
        _snmp.Dispose();
        _sockstat.Dispose();
        _root.Dispose();
    }

    static FakeSocket Connection(int port, string to = "10.0.0.9", ushort remotePort = 443, TcpState state = TcpState.Established, string from = "10.0.0.1") =>
        new(state) { Address = from, Port = (ushort)port, RemoteAddress = to, RemotePort = remotePort };

    static IEnumerable<FakeSocket> Connections(int first, int count, string to = "10.0.0.9", TcpState state = TcpState.Established, string from = "10.0.0.1") =>
        Enumerable.Range(first, count).Select(port => Connection(port, to, state: state, from: from));

    ReadStatus Tick(bool opened = true, bool slow = false)
    {
        _opens += opened ? 1 : 0;
        _root.Write("net/snmp", $"Tcp: ActiveOpens\nTcp: {_opens}\n");
        _time.Now += ManualTime.Second;
        var tick = new Tick(0, _time.Now, slow);
        _snmp.Read(tick);
        _sockstat.Read(tick);
        var status = _source.Read(tick);
        for (var deadline = DateTime.UtcNow.AddSeconds(10); _source.IsLooking && DateTime.UtcNow < deadline; Thread.Sleep(1))
            status = _source.Read(tick);
        _source.Derive(tick);
        return status;
    }

    long? Used(string labels, string metric = "used") => _source.Value($"tcpagent_ephemeral_ports_{metric}", labels);

    [Fact]
    public void PortsAreCountedForEachSourceAndDestination()
    {
        _table.Set([.. Connections(40004, 6), .. Connections(40010, 3, state: TcpState.TimeWait), .. Connections(40004, 2, to: "10.0.0.8"), Connection(39999), Connection(40020)]);
        Assert.Equal(ReadStatus.Ok, Tick());
        const string Worst = "source=\"10.0.0.1\",destination=\"10.0.0.9\",port=\"443\"";
        Assert.Equal((9, 3), (Used(Worst), Used(Worst, "time_wait")));
        Assert.Equal(2, Used("source=\"10.0.0.1\",destination=\"10.0.0.8\",port=\"443\""));
        Assert.Equal((19, 2), (_source.Value("tcpagent_ephemeral_ports_usable"), _source.Value("tcpagent_ephemeral_port_tuples")));
        Assert.True(_source.TryGetFullest(out var held, out var timeWait, out var key));
        Assert.Equal((9, 3, Worst), (held, timeWait, System.Text.Encoding.UTF8.GetString(key)));
    }

    [Fact]
    public void AMappedAddressIsTheIPv4OneItIs()
    {
        _table.Set([.. Connections(40004, 2), .. Connections(40008, 2, to: "::ffff:10.0.0.9", from: "::ffff:10.0.0.1")]);
        Tick();
        Assert.Equal(4, Used("source=\"10.0.0.1\",destination=\"10.0.0.9\",port=\"443\""));
    }

    [Fact]
    public void TheTenThatHoldMostAreExported()
    {
        _table.Set([.. Enumerable.Range(1, 12).SelectMany(i => Connections(40000, i, to: $"10.0.1.{i}"))]);
        Tick();
        Assert.Equal(
            Enumerable.Range(3, 10).Reverse().Select(i => $"source=\"10.0.0.1\",destination=\"10.0.1.{i}\",port=\"443\""), _source.Blocks[0].Keys());
    }

    [Fact]
    public void AFewPortsOfManyAreNotWorthASeries()
    {
        _root.Write(Range, "32768\t60999\n");
        _table.Set([.. Connections(40000, 15), .. Connections(40000, 16, to: "10.0.0.8")]);
        Tick();
        Assert.Equal(["source=\"10.0.0.1\",destination=\"10.0.0.8\",port=\"443\""], _source.Blocks[0].Keys());
        Assert.Equal(2, _source.Value("tcpagent_ephemeral_port_tuples"));
    }

    [Fact]
    public void WhileNobodyConnectsNothingIsAskedButOnTheSlowLane()
    {
        _table.Set([.. Connections(40000, 3)]);
        Tick();
        var asked = _table.AskedPorts.Count;
        Tick(opened: false);
        Tick(opened: false);
        Assert.Equal(asked, _table.AskedPorts.Count);
        Assert.Equal(0, _source.Value("tcpagent_ephemeral_ports_age_seconds"));
        Tick(opened: false, slow: true);
        Tick();
        Assert.Equal(asked + 2, _table.AskedPorts.Count);
    }

    [Fact]
    public void NearTheLimitItIsAskedAtEachTick()
    {
        _table.Set([.. Connections(40000, 15)]);
        Tick();
        _table.Set([.. Connections(40000, 2)]);
        Tick(opened: false);
        Assert.Equal(2, Used("source=\"10.0.0.1\",destination=\"10.0.0.9\",port=\"443\""));
    }

    [Fact]
    public void AChangedRangeCountsFromTheNextLookOn()
    {
        _table.Set([.. Connections(40000, 20)]);
        Tick();
        _root.Write(Range, "40000 40009\n");
        _root.Write(Reserved, "\n");
        Tick();
        Assert.Equal((10, 10), (Used("source=\"10.0.0.1\",destination=\"10.0.0.9\",port=\"443\""), _source.Value("tcpagent_ephemeral_ports_usable")));
    }

    [Fact]
    public void OneFailureIsForgivenAndThreeWithdraw()
    {
        _table.Set([.. Connections(40000, 3)]);
        Tick();
        _table.BrokenPorts = true;
        Assert.Equal((ReadStatus.Ok, ReadStatus.Ok), (Tick(), Tick()));
        Assert.NotNull(_source.Value("tcpagent_ephemeral_ports_usable"));
        Assert.Equal(Outcome.Failed, Tick().Outcome);
        Assert.Null(_source.Value("tcpagent_ephemeral_ports_usable"));
        _table.BrokenPorts = false;
        Assert.Equal(ReadStatus.Ok, Tick());
        Assert.NotNull(_source.Value("tcpagent_ephemeral_ports_usable"));
    }

    [Fact]
    public void ManyDestinationsTakeBoundedMemoryAndTheHeavyOneIsKept()
    {
        var use = new PortUse();
        for (var i = 0; i < 3 * PortUse.MaxTuples; i++)
        {
            Count(use, Connection(40000, to: $"10.{1 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}"));
            if (i % 100 == 0)
                Count(use, Connection(40001));
        }
        Assert.InRange(use.Tuples.Count, 1, PortUse.MaxTuples);
        var heaviest = use.Tuples.MaxBy(tuple => tuple.Value.Held);
        Assert.Equal("10.0.0.9", heaviest.Key.Remote.Address.ToString());
        Assert.InRange(heaviest.Value.Held, (3 * PortUse.MaxTuples / 100) - 4, (3 * PortUse.MaxTuples / 100) + 1);
        Assert.True(use.Omitted > 0);
    }

    static void Count(PortUse use, FakeSocket socket)
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, socket.Message(0), out var row));
        use.Count(row);
    }
}
