using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Sources.EphemeralPortsRig;

namespace TcpAgent.Tests.Resources;

/// <summary>Local ports that no single destination holds: bound before connect(), or in a TIME_WAIT that cannot be reused.</summary>
public sealed class PortReuseTests : IDisposable
{
    const int Ports = 20;

    readonly EphemeralPortsRig _rig = new();
    readonly FakeSource _sysctl = new("sysctl", SysctlRows.Rows);
    readonly ResourceMonitor _monitor;

    public PortReuseTests()
    {
        _monitor = new ResourceMonitor([_rig.Snmp, _rig.Netstat, _rig.Ports, _sysctl], SamplingOptions.Default, _rig.Time);
        Reuse(1);
        _rig.TcpExt["TWRecycled"] = 0;
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _sysctl.Dispose();
        _rig.Dispose();
    }

    void Reuse(long reuse)
    {
        _sysctl.Set("net/ipv4/tcp_tw_reuse", "0", reuse);
        _sysctl.Set("net/ipv4/tcp_timestamps", "0", 1);
    }

    void Tick(int count = 1, bool opened = true)
    {
        for (var i = 0; i < count; i++)
        {
            _rig.Tick(opened);
            _sysctl.Read();
            _monitor.Derive(new Tick(0, _rig.Time.Now, false));
        }
    }

    /// <summary>Ports in TIME_WAIT that have <paramref name="left"/> milliseconds left.</summary>
    void Wait(int first, int count, uint left)
    {
        for (var port = first; port < first + count; port++)
            _rig.Table.Add(Connection(port, TcpState.TimeWait) with { Timer = InetDiagRow.TimeWaitTimer, Expires = left });
    }

    ResourceReport Report()
    {
        Table[] tables = [.. _rig.Ports.Tables, .. _sysctl.Tables, .. _monitor.Tables];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, _rig.Time.Now);
        var verdict = HostVerdict.From(new SampleView(snapshot), ResourceRig.Window);
        return verdict.Resources.Single(report => report.Resource.Name == "ephemeral_ports");
    }

    void Shows(ResourceState? state = null, Expected peak = default, string? subject = null)
    {
        var report = Report();
        new Facts("ephemeral_ports").Is<ResourceState>(state, report.State).Is(peak, report.Peak).Is(subject, report.Subject).Verify();
    }

    [Fact]
    public void BoundPortsAreTakenForAllDestinations()
    {
        for (var port = 0; port < Ports; port++)
            _rig.Connect(40000 + port, 1, remote: $"10.0.1.{port % 6}");
        Tick(2);
        Shows(state: ResourceState.Limiting, peak: 20, subject: "10.0.0.1 -> any destination");
        Assert.Contains("bind()", Report().Evidence[0], StringComparison.Ordinal);
        Assert.Contains("IP_BIND_ADDRESS_NO_PORT", Report().Advice[0], StringComparison.Ordinal);
        Assert.Equal(20, _rig.Ports.Value("tcpagent_ephemeral_ports_by_source", "source=\"10.0.0.1\""));
    }

    [Fact]
    public void BoundPortsInTimeWaitAreTakenToo()
    {
        for (var port = 0; port < Ports; port++)
            _rig.Connect(40000 + port, 1, port < 12 ? TcpState.TimeWait : TcpState.Established, $"10.0.1.{port % 6}");
        Tick(2);
        Shows(state: ResourceState.Limiting, peak: 20, subject: "10.0.0.1 -> any destination");
    }

    [Fact]
    public void NearlyAllBoundIsNear()
    {
        for (var port = 0; port < 17; port++)
            _rig.Connect(40000 + port, 1, remote: $"10.0.1.{port % 6}");
        Tick(2);
        Shows(state: ResourceState.Near, peak: 17, subject: "10.0.0.1 -> any destination");
    }

    /// <summary>A proxy whose ports connect() chooses: every port is in use, by several destinations each.</summary>
    [Fact]
    public void PortsThatDestinationsShareAreFree()
    {
        for (var remote = 0; remote < 6; remote++)
            _rig.Connect(40000 + remote, 14, remote: $"10.0.1.{remote}");
        Tick(3);
        Shows(state: ResourceState.Ok, peak: 14);
        Assert.Equal(19, _rig.Ports.Value("tcpagent_ephemeral_ports_by_source", "source=\"10.0.0.1\""));
    }

    /// <summary>Short connections to one destination, whose ports are reused, and a few to others.</summary>
    [Fact]
    public void PortsInTimeWaitToOneDestinationAreNotBound()
    {
        Wait(40000, 20, left: 30_000);
        _rig.Connect(40004, 2, remote: "10.0.0.3");
        for (var second = 0; second < 5; second++)
        {
            _rig.TcpExt["TWRecycled"] += 3;
            Tick();
        }
        Shows(state: ResourceState.Ok);
    }

    [Fact]
    public void AnotherAddressHasPortsOfItsOwn()
    {
        for (var port = 0; port < Ports; port++)
            _rig.Table.Add(Connection(40000 + port, remote: $"10.0.1.{port % 6}") with { Address = $"10.0.0.{port % 2}" });
        Tick(3);
        Shows(state: ResourceState.Ok);
    }

    [Theory]
    [InlineData(59_500, 20)]
    [InlineData(58_900, 2)]
    public void ATimeWaitYoungerThanASecondBlocksItsPort(uint left, long used)
    {
        Wait(40000, 18, left);
        _rig.Connect(40018, 2);
        _rig.TcpExt["TWRecycled"] = 1000;
        Tick();
        Shows(state: used == 20 ? ResourceState.Limiting : ResourceState.Ok, peak: used);
        if (used == 20)
            Assert.Contains("younger than a second", Report().Evidence[1], StringComparison.Ordinal);
    }

    [Fact]
    public void TheDelayOfReuseIsReadFromItsSetting()
    {
        _rig.Root.Write("sys/net/ipv4/tcp_tw_reuse_delay", "5000\n");
        Wait(40000, 20, left: 56_000);
        Tick();
        Shows(peak: 20);
    }

    /// <summary>The peer sends no timestamps: all ports are held, and none was ever reused.</summary>
    [Fact]
    public void WhereNoPortWasEverReusedTimeWaitBlocksItsPort()
    {
        Wait(40000, 20, left: 50_000);
        Tick();
        Shows(state: ResourceState.Ok);
        Tick(2, opened: false);
        Shows(state: ResourceState.Limiting, peak: 20, subject: "10.0.0.1 -> 10.0.0.2:443");
        Assert.Contains("no timestamps", Report().Evidence[1], StringComparison.Ordinal);
        Assert.Contains("timestamps on at the other side", Report().Advice[1], StringComparison.Ordinal);
    }

    [Fact]
    public void WherePortsAreReusedABurstThatIsOverIsNoLimit()
    {
        _rig.TcpExt["TWRecycled"] = 1000;
        Wait(40000, 20, left: 50_000);
        Tick(6);
        Shows(state: ResourceState.Ok);
    }

    /// <summary>A TIME_WAIT ended and all ports are held again, but none was reused: connections wait for the end of a TIME_WAIT.</summary>
    [Fact]
    public void AConnectionThatWaitedForTheEndOfATimeWaitProvesTheLimit()
    {
        _rig.TcpExt["TWRecycled"] = 1000;
        Wait(40000, 20, left: 2_000);
        Tick(4);
        Shows(state: ResourceState.Ok);
        Tick(3);
        Shows(state: ResourceState.Limiting);
    }

    [Fact]
    public void FewerThanAllAreNoProof()
    {
        Wait(40000, 19, left: 50_000);
        Tick(5);
        Shows(state: ResourceState.Ok);
    }

    [Fact]
    public void ManyReservedPortsAreNamed()
    {
        _rig.Root.Write(ReservedPorts, "40005-40019\n");
        _rig.Connect(40000, 5);
        Tick();
        Assert.StartsWith("5 of the 5 usable", Report().Evidence[0], StringComparison.Ordinal);
        Assert.Contains("ip_local_reserved_ports takes 15 of the 20 ports", Report().Evidence[1], StringComparison.Ordinal);
    }

    [Fact]
    public void AStandingSetAllocatesNothing()
    {
        for (var port = 0; port < Ports; port++)
            _rig.Connect(40000 + port, 1, remote: $"10.0.1.{port % 6}");
        Tick(3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var tick = 0; tick < 100; tick++)
            _monitor.Derive(new Tick(0, _rig.Time.Now, false));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
