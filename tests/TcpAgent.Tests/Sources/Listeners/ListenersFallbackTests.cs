using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

/// <summary>Where sock_diag cannot be used, the walk of /proc/net/tcp finds the listeners.</summary>
public sealed class ListenersFallbackTests
{
    static void WriteTcp(ListenersRig rig, int length = 4) => rig.Root.Write(
        "net/tcp", TcpHeader + ProcRow("00000000:01BB", "0A", length) + ProcRow("0100000A:01BB", "03")
            + ProcRow("0100000A:01BB", "08", inode: 0)
        + ProcRow("00000000:0050", "0A", inode: 7002));

    [Fact]
    public void TheWalkFindsTheQueueButNeitherLimitNorDrops()
    {
        using var rig = new ListenersRig(hasDiag: false);
        WriteTcp(rig);
        rig.WriteListenDrops(100);
        Assert.Equal(ReadStatus.Ok, rig.Tick());
        rig.ShowsTotals(mode: "procfs", listeners: 2);
        rig.Shows(443, queue: 4, peak: 4, halfOpen: 1, abandoned: 1);
        rig.Shows(80, queue: 0, halfOpen: 0);
        foreach (var metric in (string[])["accept_queue_limit", "drops_total", "oldest_wait_seconds", "sockets"])
            Assert.Null(rig.Value(metric, 443));
        rig.ShowsTotals(unattributed: Absent, sockets: 2);
    }

    [Fact]
    public void WhileSockDiagFailsTheWalkStandsInAndNoCounterJumpsAfterwards()
    {
        using var rig = new ListenersRig();
        WriteTcp(rig);
        rig.WriteListenDrops(120);
        rig.Table.Set(Listen(443, 1, length: 3, drops: 100), Listen(80, 2));
        rig.Tick(slow: true);
        rig.Table.Set(Listen(443, 3, length: 3, drops: 10), Listen(80, 2));
        rig.Tick();
        rig.Shows(443, drops: 110);
        rig.ShowsTotals(unattributed: 10);

        rig.Table.Broken = Libc.EPERM;
        for (var tick = 0; tick < 5; tick++)
        {
            Assert.Equal(ReadStatus.Ok, rig.Tick());
            rig.ShowsTotals(mode: "procfs", unattributed: Absent);
            rig.Shows(443, queue: 4, limit: Absent, drops: Absent);
        }

        // It would succeed now, but it is not asked before the next slow tick.
        rig.Table.Broken = 0;
        rig.WriteListenDrops(123);
        rig.Table.Set(Listen(443, 3, length: 1, drops: 13), Listen(80, 2));
        rig.Tick();
        rig.ShowsTotals(mode: "procfs");
        rig.Tick(slow: true);
        rig.ShowsTotals(mode: "sock_diag", unattributed: 10);
        rig.Shows(443, queue: 1, limit: 128, drops: 113);
    }

    [Fact]
    public void ASecondFallbackKeepsNothingOfTheFirst()
    {
        using var rig = new ListenersRig();
        WriteTcp(rig, length: 90);
        rig.Table.Set(Listen(443, 1));
        rig.Table.Broken = Libc.EPERM;
        rig.Tick(slow: true);
        rig.Shows(443, peak: 90);
        rig.Table.Broken = 0;
        rig.Tick(slow: true);
        rig.Shows(443, peak: 0);
        WriteTcp(rig, length: 1);
        rig.Table.Broken = Libc.EPERM;
        rig.Tick();
        rig.Shows(443, peak: 1);
    }

    [Fact]
    public void WhenNeitherCanBeReadNothingIsExported()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1));
        rig.Tick(slow: true);
        rig.Table.Broken = Libc.EPERM;
        rig.Tick();
        rig.ShowsTotals(exported: 0, listeners: Absent);
        var failed = ReadStatus.Failed("sock_diag", Libc.EPERM);
        foreach (var slow in (bool[])[false, true])
            Assert.Equal(failed, rig.Tick(slow));
    }

    [Fact]
    public void TheFallbackBeginsWhenTheFileIsThereAndEndsWhenItIsGone()
    {
        using var rig = new ListenersRig();
        rig.Table.Broken = Libc.EPERM;
        rig.Tick(slow: true);
        WriteTcp(rig);
        rig.Tick();
        Assert.Equal(ReadStatus.Ok, rig.Tick());
        rig.ShowsTotals(listeners: 2);
        rig.Root.Delete("net/tcp");
        Assert.Equal(ReadStatus.Failed("sock_diag", Libc.EPERM), rig.Tick());
        rig.ShowsTotals(exported: 0, listeners: Absent);
    }

    [Fact]
    public void WhenOnlyTheDumpOfListenersFailsTheWalkOfTheRareStatesKeepsThem()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1));
        rig.Tick(slow: true);
        rig.Table.BrokenFor = 1u << 10;
        rig.Tick();
        rig.ShowsTotals(listeners: Absent);
        Assert.Equal(Outcome.Failed, rig.Tick().Outcome);
        rig.ShowsTotals(sockets: 1);
        rig.Table.BrokenFor = 0;
        rig.Tick(slow: true);
        rig.ShowsTotals(listeners: 1);
        rig.Shows(443, drops: 0);
    }
}
