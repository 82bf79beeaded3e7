using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

/// <summary>When the ports are scanned, and what a scan that fails leaves behind.</summary>
public sealed class EphemeralPortsLaneTests : IDisposable
{
    readonly EphemeralPortsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void AnIdleHostIsScannedOnceAMinute()
    {
        _rig.Connect(40000, 5);
        _rig.Tick(slow: true);
        for (var second = 1; second < 59; second++)
        {
            _rig.Tick(opened: false, slow: second % 10 == 0);
            _rig.ShowsScan(scans: 1, used: 5, ageNs: second * ManualTime.Second);
        }
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 2, ageNs: 0);
    }

    [Fact]
    public void ASingleNewConnectionIsSeenAtOnce()
    {
        _rig.Connect(40000, 5);
        _rig.Tick(slow: true);
        _rig.Connect(40005, 1);
        _rig.Tick();
        _rig.ShowsScan(scans: 2, used: 6, ageNs: 0);
    }

    /// <summary>Ports are free again, because connections or their TIME_WAIT ended.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheSlowLaneScansAfterASocketChanged(bool bySegment)
    {
        _rig.Connect(40000, 5);
        _rig.Tick(slow: true);
        _rig.Table.Clear();
        if (bySegment)
            _rig.Segments++;
        else
            _rig.Root.Write("net/sockstat", "TCP: inuse 8 tw 3\n");
        _rig.Tick(opened: false);
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 1, used: 5);
        _rig.Tick(opened: false, slow: true);
        _rig.ShowsScan(scans: 2, used: Absent);
        _rig.Tick(opened: false, slow: true);
        _rig.ShowsScan(scans: 2);
    }

    [Fact]
    public void AReloadScans()
    {
        _rig.Tick(slow: true);
        _rig.Ports.Reopen();
        _rig.Tick(opened: false, slow: true);
        _rig.ShowsScan(scans: 2);
    }

    [Fact]
    public void NearTheLimitEachTickScans()
    {
        _rig.Connect(40000, 16);
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 15);
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 2, used: 15);
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 2);
    }

    [Fact]
    public void WithoutTheCounterEachTickScans()
    {
        _rig.HasCounter = false;
        for (var tick = 0; tick < 3; tick++)
            _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 3);
    }

    [Fact]
    public void AScanThatFailsKeepsTheLastResultForAWhile()
    {
        _rig.Connect(40000, 20);
        _rig.Tick();
        _rig.Table.Broken = Libc.EPERM;
        for (var failures = 1; failures < 3; failures++)
        {
            Assert.Equal(ReadStatus.Ok, _rig.Tick(opened: false));
            _rig.ShowsScan(scans: 1 + failures, used: 20, ageNs: failures * ManualTime.Second);
        }
        Assert.Equal(ReadStatus.Failed("sock_diag", Libc.EPERM), _rig.Tick(opened: false));
        _rig.ShowsScan(used: Absent, usable: Absent);
        Assert.False(_rig.Ports.IsKnown);
        var scans = _rig.Scans;
        Assert.Equal(Outcome.Failed, _rig.Tick(opened: false).Outcome);
        _rig.ShowsScan(scans: scans);

        _rig.Table.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(opened: false, slow: true));
        _rig.ShowsScan(used: 20, ageNs: 0);
    }

    [Fact]
    public void AnInterruptedDumpIsRepeatedOnce()
    {
        _rig.Connect(40000, 20);
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 4);
        _rig.Table.Interruptions = 1;
        _rig.Tick();
        _rig.ShowsScan(scans: 3, used: 4);
    }

    [Fact]
    public void ADumpThatIsInterruptedTwiceIsLeftToTheNextTick()
    {
        _rig.Connect(40000, 4);
        _rig.Tick();
        _rig.Table.Interruptions = 2;
        _rig.Connect(40004, 1);
        _rig.Tick();
        _rig.ShowsScan(scans: 3, used: 4, ageNs: ManualTime.Second);
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 4, used: 5, ageNs: 0);
    }

    [Theory]
    [InlineData(Libc.ENOENT)]
    [InlineData(Libc.EAFNOSUPPORT)]
    [InlineData(Libc.EOPNOTSUPP)]
    public void WithoutSockDiagThereIsNothing(int errno)
    {
        _rig.Table.Broken = errno;
        Assert.Equal(ReadStatus.Absent, _rig.Tick());
        _rig.ShowsScan(usable: Absent);
        Assert.False(_rig.Ports.IsKnown);
    }

    [Fact]
    public void OnAPlainFolderThereIsNothing()
    {
        using var rig = new EphemeralPortsRig(hasDiag: false);
        Assert.Equal(ReadStatus.Absent, rig.Tick());
        Assert.False(rig.Ports.IsKnown);
    }

    [Fact]
    public void ScansStayWithinTheirShareOfACpu()
    {
        using var rig = new EphemeralPortsRig(walkBudget: 1e-9);
        rig.Connect(40000, 20);
        for (var tick = 0; tick < 60; tick++)
            rig.Tick();
        rig.ShowsScan(scans: 1, used: 20, ageNs: 59 * ManualTime.Second);
    }

    [Fact]
    public void AnExpensiveScanWaitsUntilATupleMayBeNearTheLimitOrAtIt()
    {
        // 8 ms, at a fifth of 0.33 % of a CPU: one scan in 12 seconds.
        using var rig = new EphemeralPortsRig(walkBudget: 0.0033);
        rig.Table.Cost = 8_000_000;
        rig.Connect(40000, 10);
        rig.Tick();
        rig.Time.Now += 300 * ManualTime.Second;
        rig.Tick();
        rig.ShowsScan(scans: 2, used: 10);

        // With 5 more connections no tuple can hold 16 of 20 ports; with 6 more, one may.
        for (var opened = 1; opened <= 5; opened++)
            rig.Tick(slow: true);
        rig.ShowsScan(scans: 2);
        rig.Connect(40010, 6);
        rig.Tick();
        rig.ShowsScan(scans: 3, used: 16, ageNs: 0);

        // Only a full tuple calls for another scan, and at once.
        rig.Opens += 2;
        rig.Tick();
        rig.ShowsScan(scans: 3);
        rig.Connect(40016, 4);
        rig.Tick();
        rig.ShowsScan(scans: 4, used: 20, ageNs: 0);

        // A full tuple cannot get fuller, so the lane rests from here on.
        for (var tick = 0; tick < 5; tick++)
            rig.Tick();
        rig.ShowsScan(scans: 4);
        rig.Time.Now += 300 * ManualTime.Second;
        rig.Tick(opened: false);
        rig.ShowsScan(scans: 5);
    }
}
