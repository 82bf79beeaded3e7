using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class WindowedTotalTests
{
    readonly WindowedTotal _total = new(TimeSpan.FromSeconds(60), new ManualTime());

    void Shows(Expected total, Expected recent) => new Facts("total").Is(total, _total.Total).Is(recent, _total.Recent).Verify();

    [Fact]
    public void BeforeTheFirstAdditionThereIsNothing() => Shows(total: 0, recent: 0);

    [Fact]
    public void WhatWasAddedIsRecentUntilTheWindowHasPassed()
    {
        _total.Add(100 * ManualTime.Second, 5);
        for (var second = 101; second < 155; second++)
        {
            _total.Add(second * ManualTime.Second, 0);
            Assert.Equal(5, _total.Recent);
        }
        _total.Add(165 * ManualTime.Second, 2);
        Shows(total: 7, recent: 2);
    }

    [Fact]
    public void AWindowWithoutAdditionsEndsToo()
    {
        _total.Add(100 * ManualTime.Second, 5);
        _total.Add(1_000 * ManualTime.Second, 0);
        Shows(total: 5, recent: 0);
    }

    /// <summary>Every interval and every pause, beside the plain sum over the parts of the window.</summary>
    [Fact]
    [Trait("Category", "slow")]
    public void AdditionsAfterAnyPauseAreRecent()
    {
        for (var pause = 1; pause < 200; pause++)
        {
            var total = new WindowedTotal(TimeSpan.FromSeconds(60), new ManualTime());
            long Part(long second) => second / 5;
            var added = new List<(long Second, long Amount)>();
            for (var second = 100L; second < 1_000; second++)
            {
                var amount = second % pause == 0 ? second : 0;
                added.Add((second, amount));
                total.Add(second * ManualTime.Second, amount);
                Assert.Equal(added.Where(one => Part(second) - Part(one.Second) < 12).Sum(one => one.Amount), total.Recent);
            }
        }
    }
}
