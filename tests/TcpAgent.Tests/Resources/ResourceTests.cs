using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

/// <summary>What use, limits and losses come to, tick by tick.</summary>
public sealed class ResourceTests : IDisposable
{
    const long Ok = 0, Near = 1, Limiting = 2;

    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Conntrack(long count, long max, long drops = 0, long earlyDrops = 0)
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", count);
        _rig.Conntrack.Set("", "nf_conntrack_max", max);
        _rig.Conntrack.Set("", "drop", drops);
        _rig.Conntrack.Set("", "early_drop", earlyDrops);
        _rig.Tick();
    }

    [Theory]
    [InlineData(79, Ok)]
    [InlineData(80, Near)]
    [InlineData(100, Near)]
    public void NearBeginsAtEightyPercent(long count, long state)
    {
        Conntrack(count, 100);
        Assert.Equal(state, _rig.State("conntrack"));
        Assert.Equal((count, 100L), (_rig.Value("used", "conntrack"), _rig.Value("limit", "conntrack")));
    }

    [Fact]
    public void NoLimitIsNothingToBeNear()
    {
        Conntrack(1000, 0);
        Assert.Equal((Ok, (long?)null), (_rig.State("conntrack"), _rig.Value("limit", "conntrack")));
        Conntrack(1000, 0, drops: 5);
        Assert.Equal(Ok, _rig.State("conntrack"));
    }

    [Fact]
    public void PagesBeyondAllNumbersAreNotAWrongNumber()
    {
        _rig.Setting("net.ipv4.udp_mem", long.MaxValue / 2, 2);
        _rig.Sockstat.Set("UDP", "mem", 5);
        _rig.Tick();
        Assert.Equal((Ok, long.MaxValue), (_rig.State("udp_memory"), _rig.Value("limit", "udp_memory")));
    }

    [Fact]
    public void LossesFromBeforeTheAgentProveNothing()
    {
        Conntrack(10, 100, drops: 5000, earlyDrops: 70);
        Assert.Equal(Ok, _rig.State("conntrack"));
        Assert.Equal((5070L, 0L), (_rig.Value("losses_total", "conntrack"), _rig.Value("recent_losses", "conntrack")));
    }

    [Fact]
    public void ADropFarFromTheLimitIsALossWithoutSaturation()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, drops: 7);
        Assert.Equal(Ok, _rig.State("conntrack"));
        Assert.Equal(7, _rig.Value("recent_losses", "conntrack"));
        Assert.True(_rig.Report("conntrack").IsLossWithoutSaturation);
        Assert.Equal(0, _rig.Value("saturated_seconds_total", "conntrack"));
    }

    [Fact]
    public void ADropNearTheLimitIsTheLimits()
    {
        Conntrack(85, 100);
        Conntrack(85, 100, drops: 7);
        Assert.Equal(Limiting, _rig.State("conntrack"));
    }

    [Fact]
    public void AProofRaisesThePeakThatNoSampleSaw()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, earlyDrops: 3);
        Assert.Equal(
            (Limiting, 10L, 100L), (_rig.State("conntrack"), _rig.Value("used", "conntrack"), _rig.Value("used_peak", "conntrack")));
        Assert.Equal(ManualTime.Second, _rig.Value("saturated_seconds_total", "conntrack"));
    }

    [Fact]
    public void AfterThePeakWindowItIsOver()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, earlyDrops: 3);
        _rig.Tick(54);
        Assert.Equal(Limiting, _rig.State("conntrack"));
        _rig.Tick(7);
        Assert.Equal(
            (Ok, 10L, 0L), (_rig.State("conntrack"), _rig.Value("used_peak", "conntrack"), _rig.Value("recent_losses", "conntrack")));
        Assert.Equal(3, _rig.Value("losses_total", "conntrack"));
    }

    [Fact]
    public void TheHighestIncreaseOfOneSampleIsHeld()
    {
        Conntrack(90, 100);
        Conntrack(90, 100, drops: 5);
        Conntrack(90, 100, drops: 25);
        Conntrack(90, 100, drops: 26);
        Assert.Equal((26L, 20L), (_rig.Value("recent_losses", "conntrack"), _rig.Value("losses_peak", "conntrack")));
    }

    [Fact]
    public void AResetCounterCountsFromZero()
    {
        Conntrack(90, 100, drops: 1000);
        Conntrack(90, 100, drops: 4);
        Assert.Equal((4L, 4L), (_rig.Value("losses_total", "conntrack"), _rig.Value("recent_losses", "conntrack")));
    }

    [Fact]
    public void ARaisedLimitIsShownAtOnce()
    {
        Conntrack(100, 100);
        Conntrack(100, 1000);
        Assert.Equal(1000, _rig.Value("limit", "conntrack"));
        Assert.Equal(100, _rig.Value("used_peak", "conntrack"));
    }

    [Fact]
    public void WithoutALimitOrACounterOfItsOwnItIsAbsent()
    {
        // A child namespace has no tcp_mem and no tcp_max_orphans; TCPAbortOnMemory is not theirs alone.
        _rig.Sockstat.Set("TCP", "mem", 500);
        _rig.Sockstat.Set("TCP", "orphan", 500);
        _rig.TcpExt("TCPAbortOnMemory", 5);
        _rig.Tick();
        Assert.Null(_rig.State("tcp_memory"));
        Assert.Null(_rig.State("orphans"));
        Assert.Equal(TcpAgent.Resources.ResourceState.Absent, _rig.Report("orphans").State);

        // Of softnet the counter alone proves it.
        _rig.Softnet.Set("cpu=\"3\"", ("dropped", 7), ("backlog", 0));
        _rig.Tick();
        Assert.Equal(Ok, _rig.State("softnet_backlog"));
        _rig.Softnet.Set("cpu=\"3\"", ("dropped", 9));
        _rig.Tick();
        Assert.Equal(Limiting, _rig.State("softnet_backlog"));
        Assert.Null(_rig.Value("limit", "softnet_backlog"));
        Assert.Equal("cpu 3", _rig.Report("softnet_backlog").Subject);
    }

    [Fact]
    public void OrphansAreBlamedFromAQuarterOfTheirLimit()
    {
        _rig.Setting("net.ipv4.tcp_max_orphans", 100);
        _rig.Sockstat.Set("TCP", "orphan", 24);
        _rig.TcpExt("TCPAbortOnMemory", 0);
        _rig.Tick();
        _rig.TcpExt("TCPAbortOnMemory", 5);
        _rig.Tick();
        Assert.Equal((Ok, 0L), (_rig.State("orphans"), _rig.Value("losses_total", "orphans")));
        _rig.Sockstat.Set("TCP", "orphan", 25);
        _rig.TcpExt("TCPAbortOnMemory", 8);
        _rig.Tick();
        Assert.Equal((Limiting, 3L), (_rig.State("orphans"), _rig.Value("losses_total", "orphans")));
    }

    [Fact]
    public void TcpMemoryIsNearFromPressureOnAndLimitingWithALossThere()
    {
        foreach (var (field, pages) in ((int, long)[])[(0, 100), (1, 150), (2, 1000)])
            _rig.Setting("net.ipv4.tcp_mem", pages, field);
        _rig.Sockstat.Set("TCP", "mem", 149);
        foreach (var field in (string[])["PruneCalled", "TCPMemoryPressures", "TCPAbortOnMemory", "TCPRcvQDrop", "RcvPruned"])
            _rig.TcpExt(field, 0);
        _rig.Tick();
        _rig.TcpExt("PruneCalled", 9);
        _rig.Tick();
        Assert.Equal((Ok, 0L), (_rig.State("tcp_memory"), _rig.Value("losses_total", "tcp_memory")));

        // Between two samples it was above the mark: the kernel says so.
        _rig.TcpExt("TCPMemoryPressures", 1);
        _rig.Tick();
        Assert.Equal((Near, 150L * Environment.SystemPageSize), (_rig.State("tcp_memory"), _rig.Value("used_peak", "tcp_memory")));
        _rig.TcpExt("PruneCalled", 12);
        _rig.Tick();
        Assert.Equal((Limiting, 3L), (_rig.State("tcp_memory"), _rig.Value("losses_total", "tcp_memory")));
        Assert.Equal(1000L * Environment.SystemPageSize, _rig.Value("limit", "tcp_memory"));
    }

    [Fact]
    public void WithoutALossCounterTheLimitIsTheProof()
    {
        _rig.Setting("fs.file-max", 1000);
        _rig.Setting("fs.file-nr", 999);
        _rig.Tick();
        Assert.Equal(Near, _rig.State("file_handles"));
        _rig.Setting("fs.file-nr", 1000);
        _rig.Tick();
        Assert.Equal(Limiting, _rig.State("file_handles"));
        Assert.Null(_rig.Value("losses_total", "file_handles"));
    }

    [Fact]
    public void AFailingSourceLeavesItsResourceUnknownAndTheVerdictOpen()
    {
        Conntrack(10, 100);
        Assert.Equal(TcpAgent.Resources.ResourceState.Ok, _rig.Judge().State);
        _rig.Conntrack.Status = ReadStatus.Failed("file", 5);
        _rig.Tick();
        Assert.Equal(TcpAgent.Resources.ResourceState.Unknown, _rig.Report("conntrack").State);
        Assert.Equal(TcpAgent.Resources.ResourceState.Unknown, _rig.Judge().State);
    }

    [Fact]
    public void ASourceThatIsSwitchedOffLeavesTheVerdictAlone()
    {
        using var rig = new ResourceRig("conntrack");
        rig.Tick();
        Assert.Equal(TcpAgent.Resources.ResourceState.Unknown, rig.Report("conntrack").State);
        Assert.Equal(TcpAgent.Resources.ResourceState.Ok, rig.Judge().State);
    }

    [Fact]
    public void AStandingConditionAllocatesNothing()
    {
        _rig.Softnet.Set("cpu=\"0\"", ("dropped", 0), ("flow_limit", 0), ("backlog", 900));
        _rig.Setting("net.core.netdev_max_backlog", 1000);
        Conntrack(95, 100);
        _rig.Tick(100);
        Assert.Equal((Near, Near), (_rig.State("softnet_backlog"), _rig.State("conntrack")));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _rig.Time.Now += ManualTime.Second;
            _rig.Monitor.Derive(new Tick(i, _rig.Time.Now, false));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
