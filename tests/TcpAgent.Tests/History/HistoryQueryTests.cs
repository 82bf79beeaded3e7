using System.Globalization;
using TcpAgent.History;

namespace TcpAgent.Tests.History;

/// <summary>Times as a person types them; the clock stands at 16:30:10 of a zone two hours ahead of UTC.</summary>
public class HistoryQueryTests
{
    sealed class At : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 14, 30, 10, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x");
    }

    static string Utc(long time) => time is 0 or long.MaxValue
        ? "-" : DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("", "", "-", "-")]
    [InlineData("16:16", "16:21", "21T14:16:00.000", "21T14:21:00.000")]
    [InlineData("16:16:30", "", "21T14:16:30.000", "-")]
    [InlineData("16:30:10", "", "21T14:30:10.000", "-")]
    [InlineData("16:31", "", "20T14:31:00.000", "-")]
    [InlineData("23:50", "0:10", "20T21:50:00.000", "20T22:10:00.000")]
    [InlineData("16:20", "17:00", "21T14:20:00.000", "21T15:00:00.000")]
    [InlineData("", "16:00", "-", "21T14:00:00.000")]
    [InlineData("-15m", "-1m30s", "21T14:15:10.000", "21T14:28:40.000")]
    [InlineData("2026-11-21T16:16:00+02:00", "2026-11-21T14:21:00.5Z", "21T14:16:00.000", "21T14:21:00.500")]
    public void TimesAreClockTimesDatesOrAgo(string since, string until, string from, string to)
    {
        Assert.True(HistoryQuery.TryParse(since, until, "", new At(), out var query, out var problem), problem);
        Assert.Equal((from, to), (Utc(query.Since), Utc(query.Until)));
    }

    [Theory]
    [InlineData("yesterday", "", "since: 'yesterday' is neither")]
    [InlineData("25:00", "", "since: '25:00' is neither")]
    [InlineData("-", "", "since: '-' is neither")]
    [InlineData("-1", "", "since: '-1' is neither")]
    [InlineData("16:16", "2026-13-01T00:00:00Z", "until: '2026-13-01T00:00:00Z' is neither")]
    [InlineData("2026-11-21", "", "since: '2026-11-21' is neither")]
    [InlineData("-1m", "-2m", "since is after until")]
    [InlineData("9999-12-31T23:59:59Z", "0:00", "since: '9999-12-31T23:59:59Z' is neither")]
    [InlineData("0001-01-01T00:00:00Z", "0:00", "since: '0001-01-01T00:00:00Z' is neither")]
    public void WhatIsNoTimeIsSaidSo(string since, string until, string problem)
    {
        Assert.False(HistoryQuery.TryParse(since, until, "", new At(), out _, out var said));
        Assert.StartsWith(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 6, true)]
    [InlineData("tcp", 2, false)]
    [InlineData("tcp.listen, listeners", 1, true)]
    [InlineData("accept_queue.used,drops", 2, false)]
    [InlineData("listeners", 0, true)]
    public void SeriesAreChosenByNameOrByWhatTheyAreOf(string series, int count, bool hasListeners)
    {
        string[] names = ["verdict", "tcp.listen", "tcp.closing", "accept_queue.used", "accept_queue.state", "drops.qdisc"];
        Assert.True(HistoryQuery.TryParse("", "", series, new At(), out var query, out _));
        Assert.True(query.TrySelect(names, out var columns, out _));
        Assert.Equal((count, hasListeners), (columns.Length, query.HasListeners));
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("tcp.lis")]
    [InlineData("tcp,nope")]
    public void ASeriesThatIsNoneIsSaidSo(string series)
    {
        Assert.True(HistoryQuery.TryParse("", "", series, new At(), out var query, out _));
        Assert.False(query.TrySelect(["tcp.listen"], out _, out var problem));
        Assert.StartsWith("series: no such series: ", problem, StringComparison.Ordinal);
    }
}
