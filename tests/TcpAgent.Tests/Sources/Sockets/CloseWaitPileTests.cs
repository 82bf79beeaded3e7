using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class CloseWaitPileTests : IDisposable
{
    readonly SocketsRig _rig = new(currEstabHasCloseWait: true);
    int _segments;

    public void Dispose() => _rig.Dispose();

    static FakeSocket[] Closing(int count, int from = 0, uint inode = 1000) =>
        [.. Enumerable.Range(from, count).Select(i => new FakeSocket(TcpState.CloseWait) { Cookie = (ulong)i + 1, Inode = inode })];

    void Shows(Expected held = default, Expected staying = default) => new Facts("close_wait")
        .Is(held, _rig.Sockets.Value("tcpagent_tcp_held_close_wait")).Is(staying, _rig.Sockets.Value("tcpagent_tcp_staying_close_wait"))
        .Verify();

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
    public void OneWalkDoesNotProveAPileAndTwoDo()
    {
        Tick(Closing(300));
        Shows(held: 300, staying: Absent);
        Tick(Closing(300));
        Shows(held: 300, staying: 300);
    }

    [Fact]
    public void DifferentSocketsAtEachWalkAreNoPile()
    {
        for (var i = 0; i < 5; i++)
            Tick(Closing(300, i * 300));
        Shows(held: 300, staying: 0);
    }

    [Fact]
    public void OnlyTheSocketsThatStayAreAPile()
    {
        Tick(Closing(300));
        Tick(Closing(300, 60));
        Shows(held: 300, staying: 240);
    }

    [Fact]
    public void ConnectionsThatNoProcessHasAcceptedAreNotHeld()
    {
        Tick([.. Closing(300, inode: 0), .. Closing(7, 300)]);
        Tick([.. Closing(300, inode: 0), .. Closing(7, 300)]);
        Shows(held: 7, staying: 7);
    }

    [Fact]
    public void WhenNoSocketChangesTheyStayWithoutAWalk()
    {
        Tick(Closing(300));
        _rig.Tick();
        _rig.Shows(walks: 1);
        Shows(staying: 300);
    }

    [Fact]
    public void OfManyOnlySomeAreFollowed()
    {
        Tick(Closing(2_000));
        Tick(Closing(2_000));
        Shows(held: 2_000, staying: TcpAgent.Sources.CloseWaitPile.Most);
    }
}
