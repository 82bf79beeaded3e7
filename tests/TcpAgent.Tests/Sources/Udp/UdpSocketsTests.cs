using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>What is told of UDP sockets: their buffers and drops, by address and port.</summary>
public sealed class UdpSocketsTests : IDisposable
{
    const string Address = "10.0.0.1";

    readonly UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static FakeUdp Statsd(uint used = 0, uint drops = 0, ulong cookie = 1) =>
        new(Address, 8125) { Used = used, Drops = drops, Cookie = cookie };

    long? Statsd(string metric) => _rig.Value(metric, Address, 8125);

    [Fact]
    public void AFullBufferAndItsDropsAreTold()
    {
        _rig.Set(Statsd(200_000, 7), new("::", 53) { Cookie = 2, Used = 50_000, Size = 60_000 });
        _rig.Tick();
        Assert.Equal(ReadStatus.Ok, _rig.Status);
        Assert.Equal((200_000, 212_992), (Statsd("receive_queue_bytes"), Statsd("receive_queue_limit_bytes")));
        Assert.Equal((200_000, 7), (Statsd("receive_queue_peak_bytes"), Statsd("socket_drops_total")));
        Assert.Equal((50_000, 2), (_rig.Value("receive_queue_bytes", "::", 53), _rig.Total("sockets")));
        Assert.Null(Statsd("receive_queue_sockets"));
    }

    [Fact]
    public void SocketsWithNothingWorthTellingAreOnlyCounted()
    {
        _rig.Set([.. Enumerable.Range(1, 3_000).Select(i => new FakeUdp(Address, (ushort)(2000 + i)) { Cookie = (ulong)i, Used = 2_304 })]);
        _rig.Tick();
        Assert.Empty(_rig.Source[UdpRows.Receivers].Keys());
        Assert.Equal((3_000, 0, 0), (_rig.Total("sockets"), _rig.Total("sockets_unfollowed"), _rig.Total("receive_queues_omitted")));
        Assert.Equal((2_304, 212_992, 0), (_rig.Resource("used"), _rig.Resource("limit"), _rig.Resource("state")));
    }

    [Fact]
    public void DropsAreSummedBySocketAndNeverFall()
    {
        _rig.Set(Statsd(0, 100, 1), Statsd(0, 50, 2));
        _rig.Tick();
        Assert.Equal((150, 2), (Statsd("socket_drops_total"), Statsd("receive_queue_sockets")));

        // From before the agent started; none is news.
        Assert.Equal(0, Statsd("socket_recent_drops"));
        _rig.Set(Statsd(0, 110, 1), Statsd(0, 50, 2), Statsd(0, 5, 3));
        _rig.Tick();
        Assert.Equal((165, 15), (Statsd("socket_drops_total"), Statsd("socket_recent_drops")));
        _rig.Set(Statsd(0, 0, 4));
        _rig.Tick();
        Assert.Equal((165, 15), (Statsd("socket_drops_total"), Statsd("socket_recent_drops")));
        _rig.Set();
        _rig.Tick();
        Assert.Equal(165, Statsd("socket_drops_total"));
    }

    /// <summary>While sockets close a dump of several datagrams may pass over one.</summary>
    [Fact]
    public void ASocketThatADumpPassedOverIsNotNew()
    {
        _rig.Set(Statsd(0, 100));
        _rig.Tick();
        _rig.Set();
        _rig.Tick();
        _rig.Set(Statsd(0, 101));
        _rig.Tick();
        Assert.Equal((101, 1), (Statsd("socket_drops_total"), Statsd("socket_recent_drops")));
    }

    [Fact]
    public void TheCountMayWrap()
    {
        _rig.Set(Statsd(0, uint.MaxValue - 1));
        _rig.Tick();
        _rig.Set(Statsd(0, 3));
        _rig.Tick();
        Assert.Equal(5, Statsd("socket_recent_drops"));
    }

    [Fact]
    public void OfSocketsThatShareAPortTheFullestIsTold()
    {
        _rig.Set(Statsd(1_000, 0, 1), Statsd(200_000, 0, 2), Statsd(2_000, 0, 3));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal((200_000, 3), (Statsd("receive_queue_bytes"), Statsd("receive_queue_sockets")));
        Assert.Equal((1, 200_000, "10.0.0.1:8125"), (_rig.Resource("state"), _rig.Resource("used"), _rig.Subject));
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
        Assert.Equal((9, 5_000), (_rig.Value("socket_drops_total", Address, 443), _rig.Value("receive_queue_sockets", Address, 443)));
        Assert.Single(_rig.Source[UdpRows.Receivers].Keys());
    }

    [Fact]
    public void BeyondTheMostSocketsAreOnlyCountedAndNothingIsMadeUp()
    {
        static FakeUdp Dropped(int i) => new(Address, (ushort)(1 + i)) { Cookie = (ulong)i, Drops = 5 };
        FakeUdp[] sockets = [.. Enumerable.Range(1, UdpScan.MaxSockets + 100).Select(Dropped)];
        _rig.Set(sockets);
        _rig.Tick();
        Assert.Equal(100, _rig.Total("sockets_unfollowed"));

        // Others close: those that were not followed are, and what they dropped before is no news.
        _rig.Set(sockets[200..]);
        for (var i = 0; i < 5; i++)
            _rig.Tick();
        Assert.Equal(0, _rig.Total("sockets_unfollowed"));
        Assert.All(_rig.Source.Receivers, receiver => Assert.Equal(0, receiver.RecentDrops));
    }

    [Fact]
    public void OfManyReceiversThoseThatLoseMostAreTold()
    {
        _rig.Set([.. Enumerable.Range(1, 200).Select(i => new FakeUdp(Address, (ushort)i) { Cookie = (ulong)i })]);
        _rig.Tick();
        _rig.Set([.. Enumerable.Range(1, 200).Select(i => new FakeUdp(Address, (ushort)i) { Cookie = (ulong)i, Drops = (uint)i })]);
        _rig.Tick();
        Assert.Equal(UdpReceivers.MaxExported, _rig.Source[UdpRows.Receivers].Count);
        Assert.Equal((200, null), (_rig.Value("socket_drops_total", Address, 200), _rig.Value("socket_drops_total", Address, 100)));
        Assert.Equal(168, _rig.Total("receive_queues_omitted"));
    }

    [Fact]
    public void WithoutTheModuleItIsAbsentAndAskedOnceAMinute()
    {
        _rig.Set(Statsd());
        _rig.Broken = Libc.ENOENT;
        _rig.Tick();
        var asked = _rig.Asked;
        for (var i = 0; i < 50; i++)
            _rig.Tick();
        Assert.Equal((Outcome.Absent, asked, null), (_rig.Status.Outcome, _rig.Asked, _rig.Total("sockets")));
        _rig.Broken = 0;
        for (var i = 0; i < 10; i++)
            _rig.Tick();
        Assert.Equal(1, _rig.Total("sockets"));
    }

    [Fact]
    public void SumsOutliveAFailure()
    {
        _rig.Set(Statsd(0, 100));
        _rig.Tick();
        _rig.Broken = Libc.EPERM;
        _rig.Tick();
        Assert.Equal((Outcome.Failed, null), (_rig.Status.Outcome, Statsd("socket_drops_total")));
        _rig.Broken = 0;
        _rig.Set(Statsd(0, 130));
        _rig.Tick();
        Assert.Equal((130, 30), (Statsd("socket_drops_total"), Statsd("socket_recent_drops")));
    }

    [Fact]
    public void WithoutTheRangeTheBuffersAreStillReported()
    {
        _rig.Range("40000\n");
        _rig.Set(Statsd(200_000));
        _rig.Tick();
        Assert.Equal((Outcome.Partial, Libc.EBADMSG), (_rig.Status.Outcome, _rig.Status.Errno));
        Assert.Equal((200_000, null), (Statsd("receive_queue_bytes"), _rig.Total("ephemeral_ports_usable")));
        Assert.Null(_rig.Resource("state", "ephemeral_ports_udp"));
    }

    [Fact]
    public void AFamilyWithoutSocketsIsNotDumped()
    {
        _rig.Set(Statsd(200_000));
        _rig.Tick();
        Assert.Equal((1, 200_000), (_rig.Asked, Statsd("receive_queue_bytes")));
        _rig.Set();
        _rig.Tick();
        Assert.Equal((1, Outcome.Ok, 0), (_rig.Asked, _rig.Status.Outcome, _rig.Total("sockets")));
        _rig.Set(Statsd(100_000), new FakeUdp("::", 5353) { Cookie = 9 });
        _rig.Tick();
        Assert.Equal((3, 100_000, 2), (_rig.Asked, Statsd("receive_queue_bytes"), _rig.Total("sockets")));
    }

    [Fact]
    public void ANewRangeIsSeenWithinTenSeconds()
    {
        _rig.Set(Statsd(0));
        _rig.Tick();
        Assert.Equal(10, _rig.Total("ephemeral_ports_usable"));
        _rig.Range("40000\t40099\n");
        for (var i = 0; i < 10; i++)
            _rig.Tick();
        Assert.Equal(100, _rig.Total("ephemeral_ports_usable"));
    }
}
