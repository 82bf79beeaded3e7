using System.Diagnostics;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

public sealed class CpuBudgetTests : IDisposable
{
    /// <summary>Above what a tick may spend.</summary>
    const long Expensive = 5_000_001;

    readonly ManualTime _time = new();
    readonly ManualResetEventSlim _gate = new(false);
    readonly List<Thread> _threads = [];
    CpuBudget? _lane;

    public void Dispose()
    {
        _gate.Set();
        _lane?.Dispose();
    }

    /// <summary>A lane whose walks are recorded.</summary>
    CpuBudget Lane(Func<int>? walk = null, double share = 0.5, TimeSpan credit = default) => _lane = new CpuBudget(
        share,
        () =>
        {
            _threads.Add(Thread.CurrentThread);
            return walk?.Invoke() ?? 0;
        },
        _time, credit);

    int AtGate()
    {
        _gate.Wait();
        return 7;
    }

    /// <summary>Polls until a walk in the background has ended; time stands still meanwhile.</summary>
    static void Await(CpuBudget lane)
    {
        var hasEnded = false;
        Background.Read(() => hasEnded = lane.Poll(wanted: true), () => !hasEnded);
    }

    static int Burn(long nanoseconds)
    {
        var start = Libc.ThreadCpuTime();
        while (Libc.ThreadCpuTime() - start < nanoseconds)
        {
        }
        return 0;
    }

    [Fact]
    public void ACheapWalkRunsAtOnceOnTheCallersThread()
    {
        var lane = Lane(() => 7);
        Assert.True(lane.Poll(wanted: true));
        new Facts("lane").Is<int>(7, lane.Errno, "errno").Is(1, lane.Walks, "walks").Is<bool>(false, lane.IsRunning, "isRunning").Verify();
        Assert.Equal([Thread.CurrentThread], _threads);
    }

    [Fact]
    public void AWalkThatIsNotWantedDoesNotRun()
    {
        var lane = Lane();
        Assert.False(lane.Poll(wanted: false));
        Assert.Empty(_threads);
        Assert.True(lane.Poll(wanted: true));
    }

    [Fact]
    public void AnExpensiveWalkRunsOnItsOwnThreadWhileTicksGoOn()
    {
        var lane = Lane(AtGate);
        lane.Cost = Expensive;
        for (var tick = 0; tick < 100; tick++)
        {
            Assert.False(lane.Poll(wanted: true));
            Assert.True(lane.IsRunning);
            _time.Now += ManualTime.Second;
        }
        _gate.Set();
        Await(lane);
        new Facts("lane").Is<int>(7, lane.Errno, "errno").Is(1, lane.Walks, "walks").Is<bool>(false, lane.IsRunning, "isRunning").Verify();
        Assert.NotEqual(Thread.CurrentThread, Assert.Single(_threads));
    }

    [Fact]
    public void AResultIsReportedOnce()
    {
        var lane = Lane(AtGate);
        lane.Cost = Expensive;
        lane.Poll(wanted: true);
        _gate.Set();
        Await(lane);
        for (var i = 0; i < 10; i++)
            Assert.False(lane.Poll(wanted: true));
        Assert.Single(_threads);
    }

    [Fact]
    public void AResultIsReportedEvenWhenNoFurtherWalkIsWanted()
    {
        var lane = Lane(AtGate);
        lane.Cost = Expensive;
        lane.Poll(wanted: true);
        _gate.Set();
        Assert.True(SpinWait.SpinUntil(() => lane.Poll(wanted: false), TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    public void AfterAWalkTheLaneRestsUntilTheCostIsWithinItsShare(double share)
    {
        var lane = Lane(() => Burn(500_000), share);
        var start = _time.Now;
        Assert.True(lane.Poll(wanted: true));
        Assert.True(lane.Cost >= 500_000);
        Assert.Equal((long)(lane.Cost / share), lane.Interval);
        var interval = lane.Interval;
        _time.Now = start + interval - 2;
        Assert.False(lane.Poll(wanted: true));
        _time.Now = start + interval;
        Assert.True(lane.Poll(wanted: true) || lane.IsRunning);
        Assert.True(lane.Walks == 1 || lane.TotalCost >= 1_000_000);
    }

    [Fact]
    public void TheRestAfterAWalkInTheBackgroundBeginsAtItsStart()
    {
        var lane = Lane(() => Burn(6_000_000) + AtGate());
        lane.Cost = Expensive;
        var start = _time.Now;
        lane.Poll(wanted: true);
        Assert.True(SpinWait.SpinUntil(() => _threads.Count == 1, TimeSpan.FromSeconds(20)));
        _time.Now += 3_000_000;
        _gate.Set();
        Await(lane);
        new Facts("lane").Is(start, lane.StartedAt, "startedAt").Is(3_000_000, lane.Duration, "duration").Verify();
        Assert.True(lane.Cost >= 6_000_000);
        _time.Now = start + lane.Interval - 2;
        Assert.False(lane.IsReady);
        _time.Now = start + lane.Interval;
        Assert.True(lane.IsReady);
    }

    [Fact]
    public void UnusedRestShortensLaterRestsUpToTheCredit()
    {
        var lane = Lane(() => Burn(100_000), share: 1e-5, TimeSpan.FromSeconds(25));

        Assert.True(lane.Poll(wanted: true) && !lane.IsReady);

        // Of 1000 seconds the lane keeps 25, enough for walks of 10 seconds each and more, until they are used up.
        _time.Now += 1_000 * ManualTime.Second;
        var rest = -25 * ManualTime.Second;
        for (; rest <= 0; rest += lane.Interval)
            Assert.True(lane.Poll(wanted: true));
        Assert.False(lane.IsReady);
        _time.Now += rest;
        Assert.True(lane.IsReady);
    }

    [Fact]
    public void ARestCanBeProlonged()
    {
        var lane = Lane();
        lane.Rest(_time.Now, 10 * ManualTime.Second);
        _time.Now += 10 * ManualTime.Second - 1;
        Assert.False(lane.Poll(wanted: true));
        _time.Now++;
        Assert.True(lane.Poll(wanted: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Expensive)]
    public void AnExceptionIsThrownOnceAndTheLaneRecovers(long cost)
    {
        var throws = true;
        var lane = Lane(() => throws ? throw new TimeZoneNotFoundException("the cause") : 0);
        lane.Cost = cost;
        var thrown = Assert.Throws<InvalidOperationException>(() => Await(lane));
        Assert.Equal("the cause", thrown.InnerException?.Message);
        Assert.Single(_threads);
        Assert.False(lane.IsRunning);

        throws = false;
        for (var walks = 2; walks < 5; walks++)
        {
            lane.Cost = cost;
            _time.Now += 100 * ManualTime.Second;
            Await(lane);
            Assert.Equal(walks, lane.Walks);
        }
    }

    [Fact]
    public void OneThreadServesAllWalks()
    {
        var lane = Lane();
        for (var walk = 0; walk < 5; walk++)
        {
            lane.Cost = Expensive;
            _time.Now += 100 * ManualTime.Second;
            Assert.False(lane.Poll(wanted: true));
            Await(lane);
        }
        Assert.Single(_threads.Distinct());
        Assert.NotEqual(Thread.CurrentThread, _threads[0]);
    }

    [Fact]
    public void DisposeReturnsWhileAWalkIsRunning()
    {
        var lane = Lane(AtGate);
        lane.Cost = Expensive;
        lane.Poll(wanted: true);
        Assert.True(SpinWait.SpinUntil(() => _threads.Count == 1, TimeSpan.FromSeconds(20)));
        _lane = null;
        var waited = Stopwatch.StartNew();
        lane.Dispose();
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));

        // When the walk ends, so does its thread, without harm.
        _gate.Set();
        Assert.True(_threads[0].Join(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void DisposeEndsAnIdleThread()
    {
        var lane = Lane();
        lane.Cost = Expensive;
        lane.Poll(wanted: true);
        Await(lane);
        var thread = Assert.Single(_threads);
        _lane = null;
        lane.Dispose();
        Assert.False(thread.IsAlive);
    }
}
