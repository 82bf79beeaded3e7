using TcpAgent.Metrics;

namespace TcpAgent.Tests.Cli;

public class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1s", 1_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1h0m5s250ms", 3_605_250)]
    [InlineData("0s", 0)]
    public void UnitsAreThoseOfPrometheusAndGo(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1s ")]
    [InlineData("1x")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("1S")]
    [InlineData("1sm")]
    [InlineData("99999999d")]
    [InlineData("999999999999999999999999999999999999999999999999999999999999999999999999999999999999h")]
    public void AnythingElseIsRefused(string text)
    {
        Assert.False(Duration.TryParse(text, out var duration));
        Assert.Equal(default, duration);
    }

    [Theory]
    [InlineData("500ms", "500ms")]
    [InlineData("1500ms", "1500ms")]
    [InlineData("90s", "90s")]
    [InlineData("60m", "1h")]
    [InlineData("120s", "2m")]
    [InlineData("1m30s", "90s")]
    [InlineData("0s", "0s")]
    public void WhatIsFormattedCanBeParsed(string text, string expected)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(expected, Duration.Format(duration));
        Assert.True(Duration.TryParse(expected, out var again));
        Assert.Equal(duration, again);
    }
}
