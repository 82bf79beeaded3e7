using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>
/// What a walk shows of half-open connections depends on the moment: a deferred one looks like a new one while less than a second of its
/// timer is left (net/ipv4/inet_connection_sock.c, reqsk_timer_handler).
/// </summary>
public sealed class HalfOpenPeaksTests : IDisposable
{
    readonly ListenersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Walk(uint expires, byte retransmits = 0)
    {
        var halfOpen = new FakeSocket(TcpState.SynRecv) { Port = 443, Expires = expires, Retransmits = retransmits };
        _rig.Table.Set([Listen(443, 1), .. Enumerable.Repeat(halfOpen, 30)]);
        _rig.Tick();
    }

    long Of(Row row) => _rig.Listeners[ListenerRows.Rows][0][row];

    [Fact]
    public void DeferredConnectionsAreRememberedWhenTheirTimersAreShort()
    {
        Walk(expires: 1_800);
        Walk(expires: 300);
        Assert.Equal(30, Of(ListenerRows.PeakDeferred));
        Assert.Equal(0, Of(ListenerRows.PeakRetried));
    }

    [Fact]
    public void NewConnectionsAreNotDeferred()
    {
        Walk(expires: 900);
        Walk(expires: 300);
        Assert.Equal(0, Of(ListenerRows.PeakDeferred));
    }

    [Fact]
    public void AFloodIsRetriedNotDeferred()
    {
        Walk(expires: 1_800, retransmits: 1);
        Walk(expires: 300);
        Assert.Equal(30, Of(ListenerRows.PeakRetried));
        Assert.Equal(0, Of(ListenerRows.PeakDeferred));
    }
}
