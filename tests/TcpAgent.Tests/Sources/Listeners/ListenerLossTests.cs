using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Which listener lost connections between two samples.</summary>
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
        _rig.Shows(443, drops: 50, recentDrops: 0);
    }

    [Fact]
    public void DropsSinceTheLastSampleAreRecentAlsoThoseOfANewListener()
    {
        _rig.WriteNetstat(50, 50);
        _rig.Table.Set(Listen(443, 1, drops: 50));
        _rig.Tick();
        _rig.Table.Set(Listen(443, 1, drops: 53), Listen(80, 2, drops: 4));
        _rig.Tick();
        _rig.Shows(443, recentDrops: 3);
        _rig.Shows(80, recentDrops: 4);
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
        _rig.Shows(443, recentDrops: 9);
        for (var i = 0; i < 12; i++)
            _rig.Tick();
        _rig.Shows(443, drops: 9, recentDrops: 0);
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
        _rig.Shows(443, queue: 0, peak: 5);
        _rig.Shows(80, peak: 0);
        Assert.Equal(443, (int?)_rig.Listeners.Overflowed?.Endpoint.Port);
    }

    [Fact]
    public void ASampleWithoutAnOverflowNamesNoListenerAndKeepsThePeak()
    {
        _rig.WriteNetstat(0, 0);
        _rig.Table.Set(Listen(443, 1, limit: 4));
        _rig.Tick();
        _rig.WriteNetstat(3, 3);
        _rig.Table.Set(Listen(443, 1, limit: 4, drops: 3));
        _rig.Tick();
        Assert.NotNull(_rig.Listeners.Overflowed);
        _rig.Tick();
        Assert.Null(_rig.Listeners.Overflowed);
        _rig.Shows(443, peak: 5);
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
        _rig.Shows(80, peak: 0);
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
        _rig.Shows(443, peak: 0);
    }

    [Fact]
    public void BeforeAnythingListensAllDropsAreUnattributed()
    {
        _rig.WriteNetstat(12, 12);
        _rig.Tick();
        _rig.ShowsTotals(unattributed: 12);
    }
}
