using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>When a look is taken, and what one that fails leaves.</summary>
public sealed class EphemeralPortsLaneTests : IDisposable
{
    readonly EphemeralPortsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void OnAnIdleHostThereIsOneLookAMinute()
    {
        _rig.Connect(40000, 5);
        _rig.Tick(slow: true);
        for (var second = 1; second < 59; second++)
        {
            _rig.Tick(opened: false, slow: second % 10 == 0);
            Assert.Equal((1, 5, second * ManualTime.Second), (_rig.Looks, _rig.Used(), _rig.Total("ports_age_seconds")));
        }
        _rig.Tick(opened: false);
        Assert.Equal((2, 0), (_rig.Looks, _rig.Total("ports_age_seconds")));

        // A single connection is seen at once.
        _rig.Connect(40005, 1);
        _rig.Tick();
        Assert.Equal((3, 6, 0), (_rig.Looks, _rig.Used(), _rig.Total("ports_age_seconds")));
    }

    /// <summary>Ports that were given back: the connections ended, or TIME_WAIT did.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASocketThatChangedIsLookedAtWithTheSlowLane(bool bySegment)
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
        Assert.Equal((1, 5), (_rig.Looks, _rig.Used()));
        _rig.Tick(opened: false, slow: true);
        Assert.Equal((2, null), (_rig.Looks, _rig.Used()));
        _rig.Tick(opened: false, slow: true);
        Assert.Equal(2, _rig.Looks);
    }

    [Fact]
    public void AReloadLooks()
    {
        _rig.Tick(slow: true);
        _rig.Ports.Reopen();
        _rig.Tick(opened: false, slow: true);
        Assert.Equal(2, _rig.Looks);
    }

    [Fact]
    public void NearTheLimitEachTickLooks()
    {
        _rig.Connect(40000, 16);
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 15);
        _rig.Tick(opened: false);
        Assert.Equal((2, 15), (_rig.Looks, _rig.Used()));
        _rig.Tick(opened: false);
        Assert.Equal(2, _rig.Looks);
    }

    [Fact]
    public void WithoutTheCounterEachTickLooks()
    {
        _rig.HasCounter = false;
        for (var tick = 0; tick < 3; tick++)
            _rig.Tick(opened: false);
        Assert.Equal(3, _rig.Looks);
    }

    [Fact]
    public void ALookThatFailsLeavesTheLastOneForAWhile()
    {
        _rig.Connect(40000, 20);
        _rig.Tick();
        _rig.Table.Broken = Libc.EPERM;
        for (var failures = 1; failures < 3; failures++)
        {
            Assert.Equal(ReadStatus.Ok, _rig.Tick(opened: false));
            Assert.Equal((1 + failures, 20, failures * ManualTime.Second), (_rig.Looks, _rig.Used(), _rig.Total("ports_age_seconds")));
        }
        Assert.Equal(ReadStatus.Failed("sock_diag", Libc.EPERM), _rig.Tick(opened: false));
        Assert.Null(_rig.Used());
        Assert.Null(_rig.Total("ports_usable"));
        Assert.Null(_rig.Fullest);
        var looks = _rig.Looks;
        Assert.Equal(Outcome.Failed, _rig.Tick(opened: false).Outcome);
        Assert.Equal(looks, _rig.Looks);

        _rig.Table.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(opened: false, slow: true));
        Assert.Equal((20, 0), (_rig.Used(), _rig.Total("ports_age_seconds")));
    }

    [Fact]
    public void AnInterruptedDumpIsTriedOnceMore()
    {
        _rig.Connect(40000, 20);
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Connect(40000, 4);
        _rig.Table.Interruptions = 1;
        _rig.Tick();
        Assert.Equal((3, 4), (_rig.Looks, _rig.Used()));

        _rig.Table.Interruptions = 2;
        _rig.Connect(40004, 1);
        _rig.Tick();
        Assert.Equal((5, 4, ManualTime.Second), (_rig.Looks, _rig.Used(), _rig.Total("ports_age_seconds")));
        _rig.Tick(opened: false);
        Assert.Equal((6, 5, 0), (_rig.Looks, _rig.Used(), _rig.Total("ports_age_seconds")));
    }

    [Theory]
    [InlineData(Libc.ENOENT)]
    [InlineData(Libc.EAFNOSUPPORT)]
    [InlineData(Libc.EOPNOTSUPP)]
    public void WithoutSockDiagThereIsNothing(int errno)
    {
        _rig.Table.Broken = errno;
        Assert.Equal(ReadStatus.Absent, _rig.Tick());
        Assert.Null(_rig.Total("ports_usable"));
        Assert.Null(_rig.Fullest);
    }

    [Fact]
    public void OnAPlainFolderThereIsNothing()
    {
        using var rig = new EphemeralPortsRig(hasDiag: false);
        Assert.Equal(ReadStatus.Absent, rig.Tick());
        Assert.Null(rig.Fullest);
    }

    [Fact]
    public void WhatALookCostIsKeptWithinItsShare()
    {
        using var rig = new EphemeralPortsRig(walkBudget: 1e-9);
        rig.Connect(40000, 20);
        for (var tick = 0; tick < 60; tick++)
            rig.Tick();
        Assert.Equal((1, 20, 59 * ManualTime.Second), (rig.Looks, rig.Used(), rig.Total("ports_age_seconds")));
    }

    [Fact]
    public void ADearLookIsSavedForWhenATupleMayBeNearTheLimitOrAtIt()
    {
        // 8 ms at a fifth of 0.33 % of a CPU: one in 12 seconds.
        using var rig = new EphemeralPortsRig(walkBudget: 0.0033);
        rig.Table.Cost = 8_000_000;
        rig.Connect(40000, 10);
        rig.Tick();
        rig.Time.Now += 300 * ManualTime.Second;
        rig.Tick();
        Assert.Equal((2, 10), (rig.Looks, rig.Used()));

        // With 5 more opened no tuple can hold 16 of 20, with 6 one may.
        for (var opened = 1; opened <= 5; opened++)
            rig.Tick(slow: true);
        Assert.Equal(2, rig.Looks);
        rig.Connect(40010, 6);
        rig.Tick();
        Assert.Equal((3, 16, 0), (rig.Looks, rig.Used(), rig.Total("ports_age_seconds")));

        // None but a full one calls for a further look, and that at once.
        rig.Opens += 2;
        rig.Tick();
        Assert.Equal(3, rig.Looks);
        rig.Connect(40016, 4);
        rig.Tick();
        Assert.Equal((4, 20, 0), (rig.Looks, rig.Used(), rig.Total("ports_age_seconds")));

        // Full is full: from there on the lane rests as it must.
        for (var tick = 0; tick < 5; tick++)
            rig.Tick();
        Assert.Equal(4, rig.Looks);
        rig.Time.Now += 300 * ManualTime.Second;
        rig.Tick(opened: false);
        Assert.Equal(5, rig.Looks);
    }
}
