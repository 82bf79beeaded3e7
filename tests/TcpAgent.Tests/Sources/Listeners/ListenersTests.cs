using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;

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
        rig.ShowsTotals(mode: "sock_diag", listeners: 1, omitted: 0, unattributed: 0, sockets: 1);
        rig.Shows(443, "2001:db8::1", queue: 3, limit: 128, drops: 7);
    }

    [Fact]
    public void ThePeakOutlivesTheQueue()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1, length: 40));
        rig.Tick();
        rig.Table.Set(Listen(443, 1));
        rig.Tick();
        rig.Shows(443, queue: 0, peak: 40);
    }

    [Fact]
    public void OnlySocketsThatShareAPortShowHowManyAndTheFullest()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1, length: 9), Listen(443, 2, length: 1), Listen(80, 3, length: 5));
        rig.Tick();
        rig.Shows(443, queue: 10, fullest: 9, sockets: 2);
        rig.Shows(80, fullest: Absent, sockets: Absent);
        rig.ShowsTotals(listeners: 2, sockets: 3);
    }

    [Fact]
    public void UnattributedIsTheHostsDropsLessThoseOfAllListenersSeen()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(1_000);
        rig.Table.Set(Listen(443, 1, drops: 600), Listen(80, 2, drops: 50));
        rig.Tick();
        rig.ShowsTotals(unattributed: 350);
    }

    [Fact]
    public void DropsOfAListenerThatClosedStayAttributed()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(1_000);
        rig.Table.Set(Listen(443, 1, drops: 600), Listen(80, 2, drops: 50));
        rig.Tick();
        rig.WriteListenDrops(1_100);
        rig.Table.Set(Listen(443, 1, drops: 660), Listen(80, 2, drops: 90));
        rig.Tick();
        rig.Table.Set(Listen(80, 2, drops: 90));
        rig.Tick();
        rig.ShowsTotals(unattributed: 350);
    }

    [Fact]
    public void WithoutTheHostsCountNoneAreUnattributed()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1, drops: 600));
        rig.Root.Write("net/netstat", "TcpExt: SyncookiesSent\nTcpExt: 1\n");
        rig.Tick();
        rig.ShowsTotals(unattributed: Absent);
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
        rig.Shows(443, halfOpen: 2, abandoned: 1);
        rig.Shows(443, "10.0.0.1", halfOpen: 1, abandoned: 2);
        rig.Shows(8443, "::", halfOpen: 1);

        // Without a queue nothing waits, whatever the walk saw.
        rig.Shows(8443, "::", abandoned: Absent);
    }

    [Fact]
    public void ConnectionsThatAreGoneAreNoLongerCounted()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(
            Listen(443, 1, length: 2), new FakeSocket(TcpState.SynRecv) { Port = 443 }, Waiting(443, 5, TcpState.CloseWait));
        rig.Tick();
        rig.Shows(443, halfOpen: 1, abandoned: 1);
        rig.Table.Set(Listen(443, 1, length: 2));
        rig.Tick();
        rig.Shows(443, halfOpen: 0, abandoned: 0);
    }

    [Fact]
    public void OfTooManyTheBusiestAreExportedAndTheRestCounted()
    {
        using var rig = new ListenersRig(max: 3);
        rig.Table.Set(
            Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3, length: 128), Listen(4, 4, drops: 1),
            Listen(5, 5, length: 2_000, limit: 100_000, drops: 5_000),
            Listen(6, 6, drops: 40));
        rig.Tick();
        Assert.Equal(["3", "5", "2"], Ports(rig));
        rig.ShowsTotals(listeners: 6, omitted: 3);
    }

    /// <summary>A queue that was full within the peak window still counts; of two that were not, the drops decide.</summary>
    [Fact]
    public void AQueueThatWasFullIsBusierThanOnesThatDropped()
    {
        using var rig = new ListenersRig(max: 3);
        rig.Table.Set(Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3, length: 128), Listen(4, 4, drops: 1));
        rig.Tick();
        rig.Table.Set(Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3), Listen(4, 4, drops: 1_000));
        rig.Tick();
        Assert.Equal(["3", "4", "2"], Ports(rig));
        rig.ShowsTotals(listeners: 4, omitted: 1);
    }

    [Fact]
    public void WhenFewEnoughAreLeftAllAreExported()
    {
        using var rig = new ListenersRig(max: 3);
        rig.Table.Set(Listen(1, 1), Listen(2, 2, drops: 900), Listen(3, 3, length: 128), Listen(4, 4, drops: 1));
        rig.Tick();
        rig.Table.Set(Listen(1, 1), Listen(2, 2), Listen(3, 3));
        rig.Tick();
        rig.ShowsTotals(listeners: 3, exported: 3, omitted: 0);
    }

    static string[] Ports(ListenersRig rig) => [.. rig.Listeners.Tables[0].Keys().Select(key => key.Split('"')[3])];

    [Fact]
    public void DropsOfOmittedListenersAreAttributedToo()
    {
        using var rig = new ListenersRig(max: 1);
        rig.WriteListenDrops(100);
        rig.Table.Set(Listen(1, 1, drops: 60), Listen(2, 2, drops: 40));
        rig.Tick();
        rig.ShowsTotals(unattributed: 0, exported: 1);
    }

    [Fact]
    public void ARowThatIsNotTheKernelsIsCountedAndTheOthersAreRead()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1), new FakeSocket((TcpState)13), Listen(80, 2));
        rig.Table.AnswersAlways.Add((TcpState)13);
        Assert.Equal(ReadStatus.Malformed("sock_diag", 3), rig.Tick());
        Assert.Equal(1, rig.Listeners.Malformed);
        rig.ShowsTotals(listeners: 2);
    }

    [Fact]
    public void TenThousandListenersAreReadAndTheBusiestIsFound()
    {
        using var rig = new ListenersRig();
        rig.WriteListenDrops(10_000);
        FakeSocket[] Rows(int stuck) =>
            [.. Enumerable.Range(1, 10_000).Select(i => Listen((ushort)i, (ulong)i, length: i == stuck ? 129u : 0, drops: 1))];
        foreach (var stuck in (int[])[5_000, 77, 9_999])
        {
            rig.Table.Set(Rows(stuck));
            Assert.Equal(ReadStatus.Ok, rig.Tick());
            rig.ShowsTotals(listeners: 10_000, omitted: 10_000 - 256, exported: 256, unattributed: 0, sockets: 10_000);
            rig.Shows(stuck, queue: 129);
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
    }

    [Fact]
    public void WhenTheLastListenerClosesNoneIsLeft()
    {
        using var rig = new ListenersRig();
        rig.Table.Set(Listen(443, 1), Listen(80, 2));
        rig.Tick();
        rig.Table.Clear();
        rig.Tick();
        rig.ShowsTotals(exported: 0, listeners: 0);
    }
}
