using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>When the connections are looked at: a look costs the same whether anything happens or not.</summary>
public sealed class ConnectionLooksTests : IDisposable
{
    const long Second = 1_000_000;

    readonly ConnectionRig _rig = new();

    public ConnectionLooksTests() => _rig.Set(Connection);

    public void Dispose() => _rig.Dispose();

    static FakeConnection Connection => new("10.0.0.1", 41_000, "10.0.0.2", 5432);

    /// <summary>Seconds in which no segment comes or goes.</summary>
    void Rest(int seconds)
    {
        _rig.Segments ??= 100;
        for (var i = 0; i < seconds; i++)
            _rig.Tick(seconds: 1);
    }

    void Segment(double seconds = 1)
    {
        _rig.Segments++;
        _rig.Tick(seconds);
    }

    [Fact]
    public void LooksAreAPeriodApart()
    {
        for (var i = 0; i < 20; i++)
            _rig.Tick(seconds: 0.001);
        Assert.InRange(_rig.Asked, 1, 5);
    }

    [Fact]
    public void TheSecondLookIsTakenAlthoughNothingMovedBecauseTheFirstComparesNothing()
    {
        Rest(seconds: 2);
        Assert.Equal(2, _rig.Asked);
        Assert.Equal(1, _rig.Total("sampled"));
    }

    [Fact]
    public void NoFurtherLookIsTakenWhileNothingMoves()
    {
        Rest(seconds: 50);
        Assert.Equal(2, _rig.Asked);
    }

    [Fact]
    public void PartsTakeTurnsAlthoughNothingMoves()
    {
        _rig.Set([.. Enumerable.Range(0, 2_000).Select(i => Connection with { LocalPort = (ushort)(40_000 + i), Cookie = (ulong)i })]);
        Rest(seconds: 20);
        Assert.Equal(20, _rig.Asked);
    }

    [Fact]
    public void ASegmentMakesALookDue()
    {
        Rest(seconds: 20);
        Segment();
        Assert.Equal(3, _rig.Asked);
    }

    [Fact]
    public void ASegmentTooSoonAfterALookIsRemembered()
    {
        Rest(seconds: 20);
        Segment();
        Segment(seconds: 0.001);
        Assert.Equal(3, _rig.Asked);
        Rest(seconds: 1);
        Assert.Equal(4, _rig.Asked);
    }

    [Fact]
    public void ALookIsTakenWithinAMinuteWhateverTheCountersShow()
    {
        Rest(seconds: 130);
        Assert.Equal(4, _rig.Asked);
    }

    [Fact]
    public void AFailedLookIsRepeatedAlthoughNothingMoved()
    {
        Rest(seconds: 20);
        _rig.Broken = Libc.EBADMSG;
        Segment();
        _rig.Broken = 0;
        Rest(seconds: 1);
        Assert.Equal(Outcome.Ok, _rig.Status.Outcome);
    }

    [Fact]
    public void ARestIsPartOfTheTimeBetweenTwoLooks()
    {
        Rest(seconds: 20);
        _rig.Set(Connection with { Busy = 18 * Second, Receiver = 18 * Second });
        Segment();
        Assert.Equal(18 * Second, _rig.Value("seconds_total", "outgoing", "10.0.0.2", 5432, "receiver"));
    }
}
