using TcpAgent.Resources;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Resources;

/// <summary>What use, limits and losses amount to, tick by tick.</summary>
public sealed class ResourceTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

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
    [InlineData(79, nameof(Ok))]
    [InlineData(80, nameof(Near))]
    [InlineData(100, nameof(Near))]
    public void NearBeginsAtEightyPercent(long count, string state)
    {
        Conntrack(count, 100);
        _rig.Monitor.Shows("conntrack", state: Enum.Parse<ResourceState>(state), used: count, limit: 100);
    }

    [Fact]
    public void WithoutALimitNothingIsNear()
    {
        Conntrack(1000, 0);
        _rig.Monitor.Shows("conntrack", state: Ok, limit: Absent);
        Conntrack(1000, 0, drops: 5);
        _rig.Monitor.Shows("conntrack", state: Ok);
    }

    [Fact]
    public void ALimitInPagesThatOverflowsInBytesIsTheLargestNumber()
    {
        _rig.Setting("net.ipv4.udp_mem", long.MaxValue / 2, 2);
        _rig.Sockstat.Set("UDP", "mem", 5);
        _rig.Tick();
        _rig.Monitor.Shows("udp_memory", state: Ok, limit: long.MaxValue);
    }

    [Fact]
    public void LossesFromBeforeTheAgentProveNothing()
    {
        Conntrack(10, 100, drops: 5000, earlyDrops: 70);
        _rig.Monitor.Shows("conntrack", state: Ok, losses: 5070, recentLosses: 0);
    }

    [Fact]
    public void ADropFarFromTheLimitIsALossWithoutSaturation()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, drops: 7);
        _rig.Monitor.Shows("conntrack", state: Ok, recentLosses: 7);
        Assert.True(_rig.Report("conntrack").IsLossWithoutSaturation);
        _rig.Monitor.Shows("conntrack", saturatedNs: 0);
    }

    [Fact]
    public void ADropNearTheLimitLimits()
    {
        Conntrack(85, 100);
        Conntrack(85, 100, drops: 7);
        _rig.Monitor.Shows("conntrack", state: Limiting);
    }

    /// <summary>After SIGCONT or a suspended machine: nobody knows how long the queue was full meanwhile.</summary>
    [Fact]
    public void APauseAddsTwoIntervalsAtMost()
    {
        Conntrack(10, 100);
        _rig.Time.Now += 60 * ManualTime.Second;
        Conntrack(10, 100, earlyDrops: 3);
        _rig.Monitor.Shows("conntrack", saturatedNs: 2 * ManualTime.Second);
    }

    [Fact]
    public void AProofRaisesThePeakToTheLimit()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, earlyDrops: 3);
        _rig.Monitor.Shows("conntrack", state: Limiting, used: 10, peak: 100, saturatedNs: ManualTime.Second);
    }

    [Fact]
    public void ALossIsForgottenAfterThePeakWindow()
    {
        Conntrack(10, 100);
        Conntrack(10, 100, earlyDrops: 3);
        _rig.Tick(54);
        _rig.Monitor.Shows("conntrack", state: Limiting);
        _rig.Tick(7);
        _rig.Monitor.Shows("conntrack", state: Ok, peak: 10, recentLosses: 0, losses: 3);
    }

    [Fact]
    public void TheHighestIncreaseOfOneSampleIsKept()
    {
        Conntrack(90, 100);
        Conntrack(90, 100, drops: 5);
        Conntrack(90, 100, drops: 25);
        Conntrack(90, 100, drops: 26);
        _rig.Monitor.Shows("conntrack", recentLosses: 26, lossesPeak: 20);
    }

    [Fact]
    public void AResetCounterCountsFromZero()
    {
        Conntrack(90, 100, drops: 1000);
        Conntrack(90, 100, drops: 4);
        _rig.Monitor.Shows("conntrack", losses: 4, recentLosses: 4);
    }

    [Fact]
    public void ARaisedLimitIsExportedAtOnce()
    {
        Conntrack(100, 100);
        Conntrack(100, 1000);
        _rig.Monitor.Shows("conntrack", limit: 1000, peak: 100);
    }

    [Fact]
    public void WithoutALimitOrACounterOfItsOwnAResourceIsAbsent()
    {
        // A child namespace has neither tcp_mem nor tcp_max_orphans, and other causes move TCPAbortOnMemory too.
        _rig.Sockstat.Set("TCP", "mem", 500);
        _rig.Sockstat.Set("TCP", "orphan", 500);
        _rig.TcpExt("TCPAbortOnMemory", 5);
        _rig.Tick();
        Assert.Null(_rig.State("tcp_memory"));
        Assert.Null(_rig.State("orphans"));
        Assert.Equal(ResourceState.Absent, _rig.Report("orphans").State);
    }

    [Fact]
    public void ACounterAloneProvesALossOfTheBacklog()
    {
        _rig.Softnet.Set("cpu=\"3\"", ("dropped", 7), ("backlog", 0));
        _rig.Tick();
        _rig.Monitor.Shows("softnet_backlog", state: Ok);
        _rig.Softnet.Set("cpu=\"3\"", ("dropped", 9));
        _rig.Tick();
        _rig.Monitor.Shows("softnet_backlog", state: Limiting, limit: Absent);
        Assert.Equal("cpu 3", _rig.Report("softnet_backlog").Subject);
    }

    [Fact]
    public void OrphansLimitFromAQuarterOfTheirLimit()
    {
        _rig.Setting("net.ipv4.tcp_max_orphans", 100);
        _rig.Sockstat.Set("TCP", "orphan", 24);
        _rig.TcpExt("TCPAbortOnMemory", 0);
        _rig.Tick();
        _rig.TcpExt("TCPAbortOnMemory", 5);
        _rig.Tick();
        _rig.Monitor.Shows("orphans", state: Ok, losses: 0);
        _rig.Sockstat.Set("TCP", "orphan", 25);
        _rig.TcpExt("TCPAbortOnMemory", 8);
        _rig.Tick();
        _rig.Monitor.Shows("orphans", state: Limiting, losses: 3);
    }

    [Fact]
    public void TcpMemoryIsNearUnderPressureAndLimitingWithALossThere()
    {
        foreach (var (field, pages) in ((int, long)[])[(0, 100), (1, 150), (2, 1000)])
            _rig.Setting("net.ipv4.tcp_mem", pages, field);
        _rig.Sockstat.Set("TCP", "mem", 149);
        foreach (var field in (string[])["PruneCalled", "TCPMemoryPressures", "TCPAbortOnMemory", "TCPRcvQDrop", "RcvPruned"])
            _rig.TcpExt(field, 0);
        _rig.Tick();
        _rig.TcpExt("PruneCalled", 9);
        _rig.Tick();
        _rig.Monitor.Shows("tcp_memory", state: Ok, losses: 0);

        // The kernel counts that it was above the mark between two samples.
        _rig.TcpExt("TCPMemoryPressures", 1);
        _rig.Tick();
        _rig.Monitor.Shows("tcp_memory", state: Near, peak: 150L * Environment.SystemPageSize);
        _rig.TcpExt("PruneCalled", 12);
        _rig.Tick();
        _rig.Monitor.Shows("tcp_memory", state: Limiting, losses: 3, limit: 1000L * Environment.SystemPageSize);
    }

    [Fact]
    public void WithoutALossCounterReachingTheLimitIsTheProof()
    {
        _rig.Setting("fs.file-max", 1000);
        _rig.Setting("fs.file-nr", 999);
        _rig.Tick();
        _rig.Monitor.Shows("file_handles", state: Near);
        _rig.Setting("fs.file-nr", 1000);
        _rig.Tick();
        _rig.Monitor.Shows("file_handles", state: Limiting, losses: Absent);
    }

    [Fact]
    public void AFailingSourceLeavesItsResourceUnknownAndTheVerdictOpen()
    {
        Conntrack(10, 100);
        Assert.Equal(ResourceState.Ok, _rig.Judge().State);
        _rig.Conntrack.Status = ReadStatus.Failed("file", 5);
        _rig.Tick();
        Assert.Equal(ResourceState.Unknown, _rig.Report("conntrack").State);
        Assert.Equal(ResourceState.Unknown, _rig.Judge().State);
    }

    [Fact]
    public void ASourceThatIsSwitchedOffDoesNotChangeTheVerdict()
    {
        using var rig = new ResourceRig("conntrack");
        rig.Tick();
        Assert.Equal(ResourceState.Unknown, rig.Report("conntrack").State);
        Assert.Equal(ResourceState.Ok, rig.Judge().State);
    }

    [Fact]
    public void AStandingConditionAllocatesNothing()
    {
        _rig.Softnet.Set("cpu=\"0\"", ("dropped", 0), ("flow_limit", 0), ("backlog", 900));
        _rig.Setting("net.core.netdev_max_backlog", 1000);
        Conntrack(95, 100);
        _rig.Tick(100);
        _rig.Monitor.Shows("softnet_backlog", state: Near);
        _rig.Monitor.Shows("conntrack", state: Near);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _rig.Time.Now += ManualTime.Second;
            _rig.Monitor.Derive(new Tick(i, _rig.Time.Now, false));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
