using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Sources;

public sealed class ListenersTests
{
    [Fact]
    public void AListenerShowsItsQueueItsLimitAndItsDrops()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(7);
        rig.Table.Set(Listen(443, 1, length: 3, limit: 128, drops: 7, address: "2001:db8::1"));
        Assert.Equal(ReadStatus.Ok, rig.Tick());
        Assert.Equal("sock_diag", rig.Listeners.Mode);
        Assert.Equal(
            (3, 128, 7), (rig.Value("accept_queue_length", 443, "2001:db8::1"), rig.Value("accept_queue_limit", 443, "2001:db8::1"),
                rig.Value("drops_total", 443, "2001:db8::1")));
        Assert.Equal((1, 0, 0), (rig.Total("listeners"), rig.Total("listeners_omitted"), rig.Total("listener_drops_unattributed")));
        Assert.Equal(1, rig.Listening);
    }

    [Fact]
    public void ThePeakOutlivesTheQueue()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1, length: 40));
        rig.Tick();
        rig.Table.Set(Listen(443, 1));
        rig.Tick();
        Assert.Equal((0, 40), (rig.Value("accept_queue_length", 443), rig.Value("accept_queue_peak", 443)));
    }

    [Fact]
    public void OnlySocketsThatShareAPortShowHowManyAndTheFullest()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1, length: 9), Listen(443, 2, length: 1), Listen(80, 3, length: 5));
        rig.Tick();
        Assert.Equal(
            (10, 9, 2), (rig.Value("accept_queue_length", 443), rig.Value("accept_queue_fullest", 443), rig.Value("sockets", 443)));
        Assert.Equal(((long?)null, (long?)null), (rig.Value("accept_queue_fullest", 80), rig.Value("sockets", 80)));
        Assert.Equal((2, 3), (rig.Total("listeners"), rig.Listening));
    }

    [Fact]
    public void UnattributedIsTheHostsDropsLessThoseOfAllListenersSeen()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(1_000);
        rig.Table.Set(Listen(443, 1, drops: 600), Listen(80, 2, drops: 50));
        rig.Tick();
        Assert.Equal(350, rig.Total("listener_drops_unattributed"));

        // One closes and both, before that, dropped more: nothing comes or goes.
        rig.WriteListenDrops(1_100);
        rig.Table.Set(Listen(443, 1, drops: 660), Listen(80, 2, drops: 90));
        rig.Tick();
        rig.Table.Set(Listen(80, 2, drops: 90));
        rig.Tick();
        Assert.Equal(350, rig.Total("listener_drops_unattributed"));

        rig.Root.Write("net/netstat", "TcpExt: SyncookiesSent\nTcpExt: 1\n");
        rig.Tick();
        Assert.Null(rig.Total("listener_drops_unattributed"));
    }

    [Fact]
    public void HalfOpenAndAbandonedConnectionsComeWithTheWalk()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(
            Listen(443, 1, length: 2), Listen(443, 2, length: 1, address: "10.0.0.1"), Listen(8443, 3, address: "::"),
            new FakeSocket(TcpState.SynRecv) { Address = "10.0.0.1", Port = 443 },
            new FakeSocket(TcpState.SynRecv) { Address = "10.0.0.2", Port = 443 },
            new FakeSocket(TcpState.SynRecv) { Address = "10.0.0.3", Port = 443 },
            new FakeSocket(TcpState.SynRecv) { Address = "::ffff:10.0.0.3", Port = 8443 },
            new FakeSocket(TcpState.SynRecv) { Address = "10.0.0.3", Port = 9999 },
            Waiting(443, 5, TcpState.CloseWait, "10.0.0.2"), Waiting(443, 5, TcpState.CloseWait), Waiting(443, 5, TcpState.CloseWait),
            new FakeSocket(TcpState.CloseWait) { Port = 443 });
        rig.Tick();
        Assert.Equal((2, 1, 1), (rig.Value("syn_recv", 443), rig.Value("syn_recv", 443, "10.0.0.1"), rig.Value("syn_recv", 8443, "::")));
        Assert.Equal((1, 2), (rig.Value("abandoned_connections", 443), rig.Value("abandoned_connections", 443, "10.0.0.1")));

        // Without a queue nothing waits, whatever the walk saw.
        Assert.Null(rig.Value("abandoned_connections", 8443, "::"));
        rig.Table.Set(Listen(443, 1, length: 2));
        rig.Tick();
        Assert.Equal((0, 0), (rig.Value("syn_recv", 443), rig.Value("abandoned_connections", 443)));
    }

    [Fact]
    public void AboveTheMostTheBusiestAreKeptAndTheRestCounted()
    {
        using var rig = new ListenersRig(max: 3);
        rig.Table.Set(
            Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3, length: 128), Listen(4, 4, drops: 1),
            Listen(5, 5, length: 2_000, limit: 100_000, drops: 5_000),
            Listen(6, 6, drops: 40));
        rig.Tick();
        Assert.Equal(["3", "5", "2"], Ports(rig));
        Assert.Equal((6, 3), (rig.Total("listeners"), rig.Total("listeners_omitted")));

        // A queue that was full within the peak window still counts; of two without, the drops decide.
        rig.Table.Set(Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3), Listen(4, 4, drops: 1_000));
        rig.Tick();
        Assert.Equal(["3", "4", "2"], Ports(rig));
        Assert.Equal((4, 1), (rig.Total("listeners"), rig.Total("listeners_omitted")));

        rig.Table.Set(Listen(1, 1), Listen(2, 2), Listen(3, 3));
        rig.Tick();
        Assert.Equal((3, 3, 0), (Ports(rig).Length, rig.Total("listeners"), rig.Total("listeners_omitted")));
    }

    static string[] Ports(ListenersRig rig) => [.. rig.Listeners.Tables[0].Keys().Select(key => key.Split('"')[3])];

    [Fact]
    public void WhatIsOmittedStillCountsInTheDrops()
    {
        using var rig = new ListenersRig(max: 1);
        rig.WriteListenDrops(100);
        rig.Table.Set(Listen(1, 1, drops: 60), Listen(2, 2, drops: 40));
        rig.Tick();
        Assert.Equal((0, 1), (rig.Total("listener_drops_unattributed"), rig.Listeners.Tables[0].Count));
    }

    [Fact]
    public void ARowThatIsNotTheKernelsIsCountedAndTheOthersStand()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1), new FakeSocket((TcpState)13), Listen(80, 2));
        rig.Table.AnswersAlways.Add((TcpState)13);
        Assert.Equal(ReadStatus.Malformed("sock_diag", 3), rig.Tick());
        Assert.Equal((1, 2), (rig.Listeners.Malformed, rig.Total("listeners")));
    }

    [Fact]
    public void ATenThousandListenersAreReadAndTheBusiestFound()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(10_000);
        FakeSocket[] Rows(int stuck) =>
            [.. Enumerable.Range(1, 10_000).Select(i => Listen((ushort)i, (ulong)i, length: i == stuck ? 129u : 0, drops: 1))];
        foreach (var stuck in (int[])[5_000, 77, 9_999])
        {
            rig.Table.Set(Rows(stuck));
            Assert.Equal(ReadStatus.Ok, rig.Tick());
            Assert.Equal((10_000, 10_000 - 256), (rig.Total("listeners"), rig.Total("listeners_omitted")));
            Assert.Equal((256, 129), (rig.Listeners.Tables[0].Count, rig.Value("accept_queue_length", stuck)));
            Assert.Equal((0, 10_000), (rig.Total("listener_drops_unattributed"), rig.Listening));
        }
    }

    [Fact]
    public void NothingIsLeftOfAListenerThatClosed()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1), Listen(80, 2));
        rig.Tick();
        rig.Table.Set(Listen(80, 2));
        rig.Tick();
        Assert.Equal(["address=\"0.0.0.0\",port=\"80\""], rig.Listeners.Tables[0].Keys());
        rig.Table.Clear();
        rig.Tick();
        Assert.Equal((0, 0), (rig.Listeners.Tables[0].Count, rig.Total("listeners")));
    }
}
