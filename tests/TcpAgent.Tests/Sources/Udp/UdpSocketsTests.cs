using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

/// <summary>What is exported of UDP sockets: their buffers and drops, by address and port.</summary>
public sealed class UdpSocketsTests : IDisposable
{
    const string Address = "10.0.0.1";

    readonly UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static FakeUdp Statsd(uint used = 0, uint drops = 0, ulong cookie = 1) =>
        new(Address, 8125) { Used = used, Drops = drops, Cookie = cookie };

    [Fact]
    public void AFullBufferAndItsDropsAreReported()
    {
        _rig.Set(Statsd(200_000, 7), new("::", 53) { Cookie = 2, Used = 50_000, Size = 60_000 });
        _rig.Tick();
        Assert.Equal(ReadStatus.Ok, _rig.Status);
        _rig.Shows(Address, 8125, queue: 200_000, limit: 212_992, peak: 200_000, drops: 7, sockets: Absent);
        _rig.Shows("::", 53, queue: 50_000);
        _rig.ShowsTotals(sockets: 2);
    }

    [Fact]
    public void SocketsWithNearlyEmptyBuffersAreOnlyCounted()
    {
        _rig.Set([.. Enumerable.Range(1, 3_000).Select(i => new FakeUdp(Address, (ushort)(2000 + i)) { Cookie = (ulong)i, Used = 2_304 })]);
        _rig.Tick();
        Assert.Empty(_rig.Source[UdpRows.Receivers].Keys());
        _rig.ShowsTotals(sockets: 3_000, unfollowed: 0, omitted: 0);
        _rig.Monitor.Shows("udp_receive", used: 2_304, limit: 212_992, state: ResourceState.Ok);
    }

    [Fact]
    public void DropsAreSummedBySocketAndNeverFall()
    {
        _rig.Set(Statsd(0, 100, 1), Statsd(0, 50, 2));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 150, sockets: 2);
        _rig.Set(Statsd(0, 110, 1), Statsd(0, 50, 2), Statsd(0, 5, 3));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 165, recentDrops: 15);
        _rig.Set(Statsd(0, 0, 4));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 165, recentDrops: 15);
        _rig.Set();
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 165);
    }

    /// <summary>While sockets close, a dump of several datagrams may miss one.</summary>
    [Fact]
    public void ASocketThatADumpMissedIsNotNew()
    {
        _rig.Set(Statsd(0, 100));
        _rig.Tick();
        _rig.Set();
        _rig.Tick();
        _rig.Set(Statsd(0, 101));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 101, recentDrops: 1);
    }

    [Fact]
    public void ACountThatWrapsGoesOnRising()
    {
        _rig.Set(Statsd(0, uint.MaxValue - 1));
        _rig.Tick();
        _rig.Set(Statsd(0, 3));
        _rig.Tick();
        _rig.Shows(Address, 8125, recentDrops: 5);
    }

    [Fact]
    public void DropsFromBeforeTheAgentAreNotRecent()
    {
        _rig.Set(Statsd(0, 100, 1), Statsd(0, 50, 2));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 150, recentDrops: 0);
    }

    [Fact]
    public void OfSocketsThatShareAPortTheFullestIsReported()
    {
        _rig.Set(Statsd(1_000, 0, 1), Statsd(200_000, 0, 2), Statsd(2_000, 0, 3));
        _rig.Tick();
        _rig.Tick();
        _rig.Shows(Address, 8125, queue: 200_000, sockets: 3);
        _rig.Monitor.Shows("udp_receive", state: ResourceState.Near, used: 200_000, subject: "10.0.0.1:8125");
    }

    /// <summary>Server sockets of QUIC have peers, and the server's own address and port.</summary>
    [Fact]
    public void ThousandsOfSocketsWithPeersAreOneReceiver()
    {
        FakeUdp Connected(int i, uint drops) => new(Address, 443) { Cookie = (ulong)i, IsConnected = true, Drops = drops, Used = 1_000 };
        _rig.Set([.. Enumerable.Range(1, 5_000).Select(i => Connected(i, 0))]);
        _rig.Tick();
        _rig.Set([.. Enumerable.Range(1, 5_000).Select(i => Connected(i, i == 77 ? 9u : 0))]);
        _rig.Tick();
        _rig.Shows(Address, 443, drops: 9, sockets: 5_000);
        Assert.Single(_rig.Source[UdpRows.Receivers].Keys());
    }

    [Fact]
    public void SocketsBeyondTheBoundAreCountedAndTheirOldDropsAreNeverRecent()
    {
        static FakeUdp Dropped(int i) => new(Address, (ushort)(1 + i)) { Cookie = (ulong)i, Drops = 5 };
        FakeUdp[] sockets = [.. Enumerable.Range(1, UdpScan.MaxSockets + 100).Select(Dropped)];
        _rig.Set(sockets);
        _rig.Tick();
        _rig.ShowsTotals(unfollowed: 100);

        // Others close, so these are followed from now on. What they dropped before is not recent.
        _rig.Set(sockets[200..]);
        for (var i = 0; i < 5; i++)
            _rig.Tick();
        _rig.ShowsTotals(unfollowed: 0);
        Assert.All(_rig.Source.Receivers, receiver => Assert.Equal(0, receiver.RecentDrops));
    }

    [Fact]
    public void OfManyReceiversThoseThatLoseMostAreExported()
    {
        _rig.Set([.. Enumerable.Range(1, 200).Select(i => new FakeUdp(Address, (ushort)i) { Cookie = (ulong)i })]);
        _rig.Tick();
        _rig.Set([.. Enumerable.Range(1, 200).Select(i => new FakeUdp(Address, (ushort)i) { Cookie = (ulong)i, Drops = (uint)i })]);
        _rig.Tick();
        _rig.ShowsTotals(exported: UdpReceivers.MaxExported, omitted: 168);
        _rig.Shows(Address, 200, drops: 200);
        _rig.Shows(Address, 100, drops: Absent);
    }

    [Fact]
    public void WithoutTheModuleItIsAbsentAndTheKernelIsAskedOnceAMinute()
    {
        _rig.Set(Statsd());
        _rig.Broken = Libc.ENOENT;
        _rig.Tick();
        var asked = _rig.Asked;
        for (var i = 0; i < 50; i++)
            _rig.Tick();
        Assert.Equal(Outcome.Absent, _rig.Status.Outcome);
        _rig.ShowsTotals(asked: asked, sockets: Absent);
        _rig.Broken = 0;
        for (var i = 0; i < 10; i++)
            _rig.Tick();
        _rig.ShowsTotals(sockets: 1);
    }

    [Fact]
    public void SumsSurviveAFailure()
    {
        _rig.Set(Statsd(0, 100));
        _rig.Tick();
        _rig.Broken = Libc.EPERM;
        _rig.Tick();
        Assert.Equal(Outcome.Failed, _rig.Status.Outcome);
        _rig.Shows(Address, 8125, drops: Absent);
        _rig.Broken = 0;
        _rig.Set(Statsd(0, 130));
        _rig.Tick();
        _rig.Shows(Address, 8125, drops: 130, recentDrops: 30);
    }

    [Fact]
    public void WithoutTheRangeTheBuffersAreStillReported()
    {
        _rig.Range("40000\n");
        _rig.Set(Statsd(200_000));
        _rig.Tick();
        Assert.Equal(Outcome.Partial, _rig.Status.Outcome);
        Assert.Equal(Libc.EBADMSG, _rig.Status.Errno);
        _rig.Shows(Address, 8125, queue: 200_000);
        _rig.ShowsTotals(usablePorts: Absent);
        Assert.Null(_rig.Monitor.Metric("state", "ephemeral_ports_udp"));
    }

    [Fact]
    public void AFamilyWithoutSocketsIsNotDumped()
    {
        _rig.Set(Statsd(200_000));
        _rig.Tick();
        _rig.ShowsTotals(asked: 1);
        _rig.Shows(Address, 8125, queue: 200_000);
        _rig.Set();
        _rig.Tick();
        _rig.ShowsTotals(asked: 1, sockets: 0);
        Assert.Equal(Outcome.Ok, _rig.Status.Outcome);
        _rig.Set(Statsd(100_000), new FakeUdp("::", 5353) { Cookie = 9 });
        _rig.Tick();
        _rig.ShowsTotals(asked: 3, sockets: 2);
        _rig.Shows(Address, 8125, queue: 100_000);
    }

    [Fact]
    public void ANewRangeIsReadWithinTenSeconds()
    {
        _rig.Set(Statsd(0));
        _rig.Tick();
        _rig.ShowsTotals(usablePorts: 10);
        _rig.Range("40000\t40099\n");
        for (var i = 0; i < 10; i++)
            _rig.Tick();
        _rig.ShowsTotals(usablePorts: 100);
    }
}
