using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Which listener lost what between two samples.</summary>
public sealed class ListenerLossTests : IDisposable
{
    readonly ListenersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void DropsFromBeforeTheAgentAreNotRecent()
    {
        _rig.WriteNetstat(50, 50);
        _rig.Table.Set(Listen(443, 1, drops: 50));
        _rig.Tick();
        Assert.Equal((50, 0), (_rig.Value("drops_total", 443), _rig.Value("recent_drops", 443)));
        _rig.Table.Set(Listen(443, 1, drops: 53), Listen(80, 2, drops: 4));
        _rig.Tick();
        Assert.Equal((3, 4), (_rig.Value("recent_drops", 443), _rig.Value("recent_drops", 80)));
    }

    [Fact]
    public void RecentDropsEndWithThePeakWindow()
    {
        _rig.Table.Set(Listen(443, 1));
        _rig.Tick();
        _rig.Table.Set(Listen(443, 1, drops: 9));
        _rig.Tick();
        for (var i = 0; i < 54; i++)
            _rig.Tick();
        Assert.Equal(9, _rig.Value("recent_drops", 443));
        for (var i = 0; i < 12; i++)
            _rig.Tick();
        Assert.Equal((9, 0), (_rig.Value("drops_total", 443), _rig.Value("recent_drops", 443)));
    }

    [Fact]
    public void AnOverflowBetweenTwoSamplesRaisesThePeakOfTheListenerThatDropped()
    {
        _rig.WriteNetstat(0, 0);
        _rig.Table.Set(Listen(443, 1, limit: 4), Listen(80, 2, limit: 4));
        _rig.Tick();
        _rig.WriteNetstat(3, 3);
        _rig.Table.Set(Listen(443, 1, limit: 4, drops: 3), Listen(80, 2, limit: 4));
        _rig.Tick();
        Assert.Equal((0, 5), (_rig.Value("accept_queue_length", 443), _rig.Value("accept_queue_peak", 443)));
        Assert.Equal(0, _rig.Value("accept_queue_peak", 80));
        Assert.Equal(443, (int?)_rig.Listeners.Overflowed?.Endpoint.Port);

        _rig.Tick();
        Assert.Null(_rig.Listeners.Overflowed);
        Assert.Equal(5, _rig.Value("accept_queue_peak", 443));
    }

    [Fact]
    public void OfTwoThatDroppedTheOneWithTheLongerQueueOverflowed()
    {
        _rig.WriteNetstat(0, 0);
        _rig.Table.Set(Listen(443, 1, limit: 4), Listen(80, 2, limit: 4));
        _rig.Tick();

        // Port 80 is under a SYN flood: more drops, but its accept queue is empty.
        _rig.WriteNetstat(30, 3);
        _rig.Table.Set(Listen(443, 1, length: 5, limit: 4, drops: 3), Listen(80, 2, limit: 4, drops: 27));
        _rig.Tick();
        Assert.Equal(443, (int?)_rig.Listeners.Overflowed?.Endpoint.Port);
        Assert.Equal(0, _rig.Value("accept_queue_peak", 80));
    }

    [Fact]
    public void AListenerThatDroppedNothingDidNotOverflow()
    {
        _rig.WriteNetstat(0, 0);
        _rig.Table.Set(Listen(443, 1, length: 3, limit: 4), Listen(80, 2, limit: 4));
        _rig.Tick();
        _rig.WriteNetstat(2, 2);
        _rig.Table.Set(Listen(443, 1, length: 3, limit: 4), Listen(80, 2, limit: 4, drops: 2));
        _rig.Tick();
        Assert.Equal(80, (int?)_rig.Listeners.Overflowed?.Endpoint.Port);
    }

    [Fact]
    public void DropsWithoutAnOverflowRaiseNothing()
    {
        _rig.WriteNetstat(0, 0);
        _rig.Table.Set(Listen(443, 1, limit: 4));
        _rig.Tick();
        _rig.WriteNetstat(3, 0);
        _rig.Table.Set(Listen(443, 1, limit: 4, drops: 3));
        _rig.Tick();
        Assert.Null(_rig.Listeners.Overflowed);
        Assert.Equal(0, _rig.Value("accept_queue_peak", 443));
    }

    [Fact]
    public void BeforeAnythingListensAllDropsAreUnattributed()
    {
        _rig.WriteNetstat(12, 12);
        _rig.Tick();
        Assert.Equal(12, _rig.Total("listener_drops_unattributed"));
    }
}
