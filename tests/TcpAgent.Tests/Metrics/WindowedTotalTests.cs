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
}
