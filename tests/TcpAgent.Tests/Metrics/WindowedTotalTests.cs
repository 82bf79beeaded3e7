using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class WindowedTotalTests
{
    readonly WindowedTotal _total = new(TimeSpan.FromSeconds(60), new ManualTime());

    [Fact]
    public void BeforeTheFirstAdditionThereIsNothing() => Assert.Equal((0, 0), (_total.Total, _total.Recent));

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
        Assert.Equal((7, 2), (_total.Total, _total.Recent));
    }

    [Fact]
    public void AWindowWithoutAdditionsEndsAllTheSame()
    {
        _total.Add(100 * ManualTime.Second, 5);
        _total.Add(1_000 * ManualTime.Second, 0);
        Assert.Equal((5, 0), (_total.Total, _total.Recent));
    }
}
