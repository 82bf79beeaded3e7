using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Where sock_diag cannot be used, the walk of /proc/net/tcp brings the listeners.</summary>
public sealed class ListenersFallbackTests
{
    static void WriteTcp(ListenersRig rig, int length = 4) => rig.Root.Write(
        "net/tcp", TcpHeader + ProcRow("00000000:01BB", "0A", length) + ProcRow("0100000A:01BB", "03")
            + ProcRow("0100000A:01BB", "08", inode: 0)
        + ProcRow("00000000:0050", "0A", inode: 7002));

    [Fact]
    public void TheWalkTellsTheQueueButNeitherLimitNorDrops()
    {
        using var rig = new ListenersRig(hasDiag: false);
        WriteTcp(rig);
        rig.WriteListenDrops(100);
        Assert.Equal(ReadStatus.Ok, rig.Tick());
        Assert.Equal("procfs", rig.Listeners.Mode);
        Assert.Equal((4, 4), (rig.Value("accept_queue_length", 443), rig.Value("accept_queue_peak", 443)));
        Assert.Equal((1, 1), (rig.Value("syn_recv", 443), rig.Value("abandoned_connections", 443)));
        Assert.Equal((0, 0), (rig.Value("accept_queue_length", 80), rig.Value("syn_recv", 80)));
        Assert.Equal(2, rig.Total("listeners"));
        foreach (var metric in (string[])["accept_queue_limit", "drops_total", "oldest_wait_seconds", "sockets"])
            Assert.Null(rig.Value(metric, 443));
        Assert.Null(rig.Total("listener_drops_unattributed"));
        Assert.Equal(2, rig.Listening);
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
        Assert.Equal((110, 10), (rig.Value("drops_total", 443), rig.Total("listener_drops_unattributed")));

        rig.Table.Broken = Libc.EPERM;
        for (var tick = 0; tick < 5; tick++)
        {
            Assert.Equal(ReadStatus.Ok, rig.Tick());
            Assert.Equal(("procfs", 4), (rig.Listeners.Mode, rig.Value("accept_queue_length", 443)));
            Assert.Equal(((long?)null, (long?)null), (rig.Value("accept_queue_limit", 443), rig.Value("drops_total", 443)));
            Assert.Null(rig.Total("listener_drops_unattributed"));
        }

        // It would succeed, but is asked at the next slow tick only.
        rig.Table.Broken = 0;
        rig.WriteListenDrops(123);
        rig.Table.Set(Listen(443, 3, length: 1, drops: 13), Listen(80, 2));
        rig.Tick();
        Assert.Equal("procfs", rig.Listeners.Mode);
        rig.Tick(slow: true);
        Assert.Equal(
            ("sock_diag", 1, 128), (rig.Listeners.Mode, rig.Value("accept_queue_length", 443), rig.Value("accept_queue_limit", 443)));
        Assert.Equal((113, 10), (rig.Value("drops_total", 443), rig.Total("listener_drops_unattributed")));
    }

    [Fact]
    public void ASecondFallbackBeginsWithNothingOfTheFirst()
    {
        using var rig = new ListenersRig();
        WriteTcp(rig, length: 90);
        rig.Table.Set(Listen(443, 1));
        rig.Table.Broken = Libc.EPERM;
        rig.Tick(slow: true);
        Assert.Equal(90, rig.Value("accept_queue_peak", 443));
        rig.Table.Broken = 0;
        rig.Tick(slow: true);
        Assert.Equal(0, rig.Value("accept_queue_peak", 443));
        WriteTcp(rig, length: 1);
        rig.Table.Broken = Libc.EPERM;
        rig.Tick();
        Assert.Equal(1, rig.Value("accept_queue_peak", 443));
    }

    [Fact]
    public void WhenNeitherCanBeReadThereIsNothingToSay()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1));
        rig.Tick(slow: true);
        rig.Table.Broken = Libc.EPERM;
        rig.Tick();
        Assert.Equal((0, (long?)null), (rig.Listeners.Tables[0].Count, rig.Total("listeners")));
        var failed = ReadStatus.Failed("sock_diag", Libc.EPERM);
        foreach (var slow in (bool[])[false, true])
            Assert.Equal(failed, rig.Tick(slow));
        WriteTcp(rig);
        rig.Tick();
        Assert.Equal(ReadStatus.Ok, rig.Tick());
        Assert.Equal(2, rig.Total("listeners"));
        rig.Root.Delete("net/tcp");
        Assert.Equal(failed, rig.Tick());
        Assert.Equal((0, (long?)null), (rig.Listeners.Tables[0].Count, rig.Total("listeners")));
    }

    [Fact]
    public void WhenOnlyTheListenersDumpFailsTheWalkOfTheRareStatesDoesNotTakeThemForGone()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1));
        rig.Tick(slow: true);
        rig.Table.BrokenFor = 1u << 10;
        rig.Tick();
        Assert.Null(rig.Total("listeners"));
        Assert.Equal(Outcome.Failed, rig.Tick().Outcome);
        Assert.Equal(1, rig.Listening);
        rig.Table.BrokenFor = 0;
        rig.Tick(slow: true);
        Assert.Equal((1, 0), (rig.Total("listeners"), rig.Value("drops_total", 443)));
    }
}
