using TcpAgent.Kernel.Netlink;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests.Sources;

/// <summary>On an idle host walking empty buckets would cost more than all else: counters tell when there is nothing to see.</summary>
public sealed class IdleSocketsTests : IDisposable
{
    readonly SocketsRig _rig = new(currEstabHasCloseWait: true);

    public IdleSocketsTests()
    {
        Counters(inSegs: 100);
        _rig.Table.Add(TcpState.Listen, 3);

        // The source sees at a tick what its counters said at the one before; two settle it.
        _rig.Tick();
        _rig.Tick();
    }

    public void Dispose() => _rig.Dispose();

    int Walks => _rig.Table.AskedStates.Count;

    [Fact]
    public void NothingMovesAndNothingIsWalked()
    {
        var walks = Walks;
        for (var i = 0; i < 8; i++)
            _rig.Tick();
        Assert.Equal(walks, Walks);
        Assert.Equal(3, _rig.State("listen"));
        Assert.Equal(0, _rig.Sockets.Value("tcpagent_walk_age_seconds"));
    }

    [Fact]
    public void OneSegmentCallsForAWalk()
    {
        _rig.Table.Add(TcpState.SynRecv, 40);
        var walks = Walks;
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(walks + 1, Walks);
        Assert.Equal(40, _rig.State("syn_recv"));
    }

    [Fact]
    public void HalfOpenConnectionsAreWalkedUntilTheyAreGone()
    {
        _rig.Table.Add(TcpState.SynRecv, 40);
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Tick();
        Assert.Equal(0, _rig.State("syn_recv"));
        var walks = Walks;
        _rig.Tick();
        Assert.Equal(walks, Walks);
    }

    [Fact]
    public void TheSlowLaneWalksWhateverTheCountersSay()
    {
        var walks = Walks;
        _rig.Tick(slow: true);
        Assert.Equal(walks + 1, Walks);
    }

    [Fact]
    public void WithoutCountersEveryTickWalks()
    {
        _rig.Root.Write("net/snmp", "Udp: NoPorts\nUdp: 1\n");
        _rig.Tick();
        var walks = Walks;
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(walks + 2, Walks);
    }

    void Counters(int inSegs)
    {
        _rig.Root.Write("net/snmp", $"Tcp: InSegs OutSegs RetransSegs AttemptFails CurrEstab\nTcp: {inSegs} 90 2 1 5\n");
        _rig.Root.Write("net/sockstat", "TCP: inuse 8 tw 4\n");
        _rig.Root.Write("net/sockstat6", "TCP6: inuse 0\n");
    }
}
