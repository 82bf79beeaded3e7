using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Sources;

public sealed class CloseWaitPileTests : IDisposable
{
    readonly SocketsRig _rig = new(currEstabHasCloseWait: true);
    int _segments;

    public void Dispose() => _rig.Dispose();

    static FakeSocket[] Closing(int count, int from = 0, uint inode = 1000) =>
        [.. Enumerable.Range(from, count).Select(i => new FakeSocket(TcpState.CloseWait) { Cookie = (ulong)i + 1, Inode = inode })];

    long? Held => _rig.Sockets.Value("tcpagent_tcp_held_close_wait");

    long? Staying => _rig.Sockets.Value("tcpagent_tcp_staying_close_wait");

    /// <summary>Segments come, so that a walk is due.</summary>
    void Tick(params FakeSocket[] sockets)
    {
        _rig.Table.Set(sockets);
        _rig.Root.Write("net/snmp", $"Tcp: InSegs OutSegs RetransSegs AttemptFails CurrEstab\nTcp: {++_segments} 1 1 1 1\n");
        _rig.Root.Write("net/sockstat", "TCP: inuse 8 tw 0\n");
        _rig.Root.Write("net/sockstat6", "TCP6: inuse 0\n");
        _rig.Tick();
    }

    [Fact]
    public void OneLookTellsOfNoPile()
    {
        Tick(Closing(300));
        Assert.Equal((300, (long?)null), (Held, Staying));
        Tick(Closing(300));
        Assert.Equal((300, 300), (Held, Staying));
    }

    [Fact]
    public void SocketsThatAreOthersAtEachLookAreNoPile()
    {
        for (var i = 0; i < 5; i++)
            Tick(Closing(300, i * 300));
        Assert.Equal((300, 0), (Held, Staying));
        Tick(Closing(300, (4 * 300) + 60));
        Assert.Equal((300, 240), (Held, Staying));
    }

    [Fact]
    public void WhatNoProcessHasAcceptedIsHeldByNone()
    {
        Tick([.. Closing(300, inode: 0), .. Closing(7, 300)]);
        Tick([.. Closing(300, inode: 0), .. Closing(7, 300)]);
        Assert.Equal((7, 7), (Held, Staying));
    }

    [Fact]
    public void WhereNoSocketChangesTheyAreTheSameWithoutAWalk()
    {
        Tick(Closing(300));
        _rig.Tick();
        Assert.Equal((1, 300), (_rig.Sockets.Value("tcpagent_walks_total"), Staying));
    }

    [Fact]
    public void OfManyOnlySomeAreFollowed()
    {
        Tick(Closing(2_000));
        Tick(Closing(2_000));
        Assert.Equal((2_000, TcpAgent.Sources.CloseWaitPile.Most), (Held, Staying));
    }
}
