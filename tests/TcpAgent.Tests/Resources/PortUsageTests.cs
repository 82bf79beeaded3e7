using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Sources.EphemeralPortsRig;

namespace TcpAgent.Tests.Resources;

/// <summary>Local ports as a resource: the fullest tuple, whether its ports in TIME_WAIT count, and what the report says.</summary>
public sealed class PortUsageTests : IDisposable
{
    const string B = "10.0.0.3";

    readonly EphemeralPortsRig _rig = new();
    readonly FakeSource _sysctl = new("sysctl", SysctlRows.Rows);
    readonly ResourceMonitor _monitor;

    public PortUsageTests()
    {
        _monitor = new ResourceMonitor([_rig.Snmp, _rig.Netstat, _rig.Ports, _sysctl], SamplingOptions.Default, _rig.Time);
        Reuse(0, timestamps: 1);
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _sysctl.Dispose();
        _rig.Dispose();
    }

    void Reuse(long reuse, long timestamps)
    {
        _sysctl.Set("net/ipv4/tcp_tw_reuse", "0", reuse);
        _sysctl.Set("net/ipv4/tcp_timestamps", "0", timestamps);
    }

    void Tick()
    {
        _rig.Tick();
        _sysctl.Read();
        _monitor.Derive(new Tick(0, _rig.Time.Now, false));
    }

    /// <summary>Holds all 20 ports, 17 of them in TIME_WAIT.</summary>
    void Fill(string source, string destination)
    {
        for (var port = 40000; port < 40020; port++)
            _rig.Table.Add(
                Connection(port, port < 40017 ? TcpState.TimeWait : TcpState.Established) with { Address = source, Remote = destination });
        Tick();
    }

    void Shows(ResourceState? state = null, Expected used = default, Expected peak = default) =>
        _monitor.Shows("ephemeral_ports", state, used, peak: peak);

    ResourceReport Report()
    {
        Table[] tables = [.. _rig.Ports.Tables, .. _sysctl.Tables, .. _monitor.Tables];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, _rig.Time.Now);
        var verdict = HostVerdict.From(new SampleView(snapshot), ResourceRig.Window);
        return verdict.Resources.Single(report => report.Resource.Name == "ephemeral_ports");
    }

    [Fact]
    public void UseIsThatOfTheFullestEvenWhenAnotherHoldsMoreNow()
    {
        _rig.Connect(40000, 5);
        Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 2);
        _rig.Connect(40000, 3, remote: B);
        Tick();
        Shows(used: 2, peak: 5);
    }

    [Fact]
    public void ATupleThatIsGoneHoldsNothing()
    {
        _rig.Connect(40000, 5);
        Tick();
        _rig.Table.Clear();
        Tick();
        Shows(used: 0, peak: 5);
        _rig.Connect(40000, 3, remote: B);
        Tick();
        Shows(used: 0, peak: 5);
    }

    [Fact]
    public void TheFullestIsFollowedWhileTenOthersHoldMore()
    {
        _rig.Connect(40000, 12);
        Tick();
        for (var second = 0; second < 20; second++)
        {
            _rig.Table.Clear();
            _rig.Connect(40000, 1);
            for (var other = 0; other < 11; other++)
                _rig.Connect(40001, 2, remote: $"10.0.{second + 1}.{other}");
            Tick();
            Shows(used: 1, peak: 12);
        }

        // It is one of the ten again, with a new label text.
        _rig.Table.Clear();
        _rig.Connect(40000, 4);
        Tick();
        Shows(used: 4, peak: 12);
    }

    [Fact]
    public void TheLabelTextsOfTheFullestTuplesAreKept()
    {
        _rig.Connect(40000, 18);
        _rig.Tick();
        var key = _rig.Ports.Tables[0].InstanceAt(0);
        for (var other = 0; other < 200; other++)
        {
            _rig.Table.Clear();
            _rig.Connect(40000, 18);
            _rig.Connect(40000, 17, remote: $"10.0.1.{other}");
            _rig.Tick();
            Assert.Same(key, _rig.Ports.Tables[0].InstanceAt(0));
        }
    }

    [Fact]
    public void ManyInTimeWaitDoNotHideOneThatIsNearTheLimit()
    {
        Reuse(1, timestamps: 1);
        _rig.Connect(40000, 16, remote: B);
        Fill("10.0.0.1", "10.0.0.2");
        Shows(used: 16, peak: 16, state: ResourceState.Near);
        Assert.Equal($"10.0.0.1 -> {B}:443", Report().Subject);
    }

    [Theory]
    [InlineData(0, 1, "10.0.0.1", "10.0.0.2", 20)]
    [InlineData(1, 1, "10.0.0.1", "10.0.0.2", 3)]
    [InlineData(1, 0, "10.0.0.1", "10.0.0.2", 20)]
    [InlineData(2, 1, "10.0.0.1", "10.0.0.1", 20)]
    [InlineData(2, 1, "128.0.0.1", "126.0.0.1", 20)]
    [InlineData(2, 1, "::7f00:1", "::2", 20)]
    [InlineData(0, 1, "127.0.0.1", "127.0.0.1", 20)]
    [InlineData(1, 1, "127.0.0.1", "127.0.0.1", 3)]
    [InlineData(2, 0, "127.0.0.1", "127.0.0.1", 20)]
    [InlineData(2, 1, "127.0.0.1", "127.0.0.1", 3)]
    [InlineData(2, 1, "127.0.0.1", "10.0.0.1", 3)]
    [InlineData(2, 1, "10.0.0.1", "127.255.255.254", 3)]
    [InlineData(2, 1, "::1", "::1", 3)]
    [InlineData(2, 1, "::ffff:127.0.0.1", "::ffff:127.0.0.1", 3)]
    public void PortsInTimeWaitCountWhereConnectMayNotTakeThemAgain(
        long reuse, long timestamps, string source, string destination, long used)
    {
        Reuse(reuse, timestamps);
        Fill(source, destination);
        Shows(used: used, peak: used, state: used == 20 ? ResourceState.Limiting : ResourceState.Ok);
    }

    [Fact]
    public void AnUnknownSettingIsNoReuse()
    {
        Reuse(KernelValue.Absent, timestamps: 1);
        Fill("127.0.0.1", "127.0.0.1");
        Shows(used: 20, peak: 20);
    }

    [Theory]
    [InlineData(0, "10.0.0.1", "10.0.0.2", true)]
    [InlineData(2, "10.0.0.1", "10.0.0.2", true)]
    [InlineData(0, "127.0.0.1", "127.0.0.1", true)]
    [InlineData(1, "10.0.0.1", "10.0.0.2", false)]
    [InlineData(2, "127.0.0.1", "127.0.0.1", false)]
    [InlineData(2, "::1", "::1", false)]
    public void ReuseIsAdvisedWhereItIsOffAndMostPortsAreInTimeWait(
        long reuse, string source, string destination, bool isAdvised)
    {
        // Full, then mostly in TIME_WAIT. With reuse, few of the ports held count.
        Reuse(reuse, timestamps: 1);
        for (var port = 40000; port < 40020; port++)
            _rig.Table.Add(Connection(port) with { Address = source, Remote = destination });
        Tick();
        _rig.Table.Clear();
        Fill(source, destination);
        var report = Report();
        Assert.Equal(ResourceState.Limiting, report.State);
        Assert.Equal(isAdvised ? 20 : 3, report.Used);
        Assert.StartsWith("20 of the 20 usable local ports ", report.Evidence[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "17 of the 20 ports that it holds now (85 percent) are in TIME_WAIT", report.Evidence[1], StringComparison.Ordinal);
        Assert.Equal(isAdvised, !report.Evidence[1].Contains("not counted", StringComparison.Ordinal));
        Assert.Equal(isAdvised, report.Advice.Exists(advice => advice.Contains("tcp_tw_reuse=1", StringComparison.Ordinal)));
    }

    [Fact]
    public void AStandingSetAllocatesNothing()
    {
        _rig.Connect(40000, 12);
        Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 1);
        for (var other = 0; other < 11; other++)
            _rig.Connect(40001, 2, remote: $"10.0.1.{other}");
        for (var tick = 0; tick < 10; tick++)
            Tick();
        Shows(used: 1, peak: 12);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var tick = 0; tick < 100; tick++)
            _monitor.Derive(new Tick(0, _rig.Time.Now, false));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
