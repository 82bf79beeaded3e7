using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.History;

/// <summary>A query to a history: a span of time and some of its series.</summary>
/// <param name="Since">Milliseconds since the epoch, inclusive.</param>
/// <param name="Until">Milliseconds since the epoch, inclusive.</param>
/// <param name="Series">Names, or their part before a point; empty for all.</param>
readonly record struct HistoryQuery(long Since, long Until, string[] Series)
{
    /// <summary>The name that selects the fullest listeners.</summary>
    internal const string Listeners = "listeners";

    const string Expected = "neither a clock time such as 16:16 or 16:16:30, nor an RFC 3339 time, nor a time ago such as -15m";

    static readonly string[] s_clocks = ["H:mm", "H:mm:ss"];

    static readonly string[] s_dates =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK"];

    internal static HistoryQuery All { get; } = new(0, long.MaxValue, []);

    /// <param name="since">Empty for the oldest record; a clock time means the last such time that has passed.</param>
    /// <param name="until">Empty for now; a clock time means the next one after since.</param>
    /// <param name="series">Names separated by commas; empty for all.</param>
    /// <param name="time">The clock and the time zone.</param>
    /// <param name="query">The result.</param>
    /// <param name="problem">What is wrong, for people.</param>
    internal static bool TryParse(string since, string until, string series, TimeProvider time, out HistoryQuery query, out string problem)
    {
        (query, problem) = (All, "");
        var now = TimeZoneInfo.ConvertTime(time.GetUtcNow(), time.LocalTimeZone);
        if (!TryParse(since, now, time.LocalTimeZone, null, out var from))
            problem = $"since: '{since}' is {Expected}";
        else if (!TryParse(until, now, time.LocalTimeZone, from, out var to))
            problem = $"until: '{until}' is {Expected}";
        else if (from > to)
            problem = $"since is after until: {from:yyyy-MM-dd HH:mm:ss} and {to:yyyy-MM-dd HH:mm:ss}";
        else
            query = new HistoryQuery(
                from?.ToUnixTimeMilliseconds() ?? 0, to?.ToUnixTimeMilliseconds() ?? long.MaxValue,
                series.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return problem.Length == 0;
    }

    /// <summary>Parses one moment in the same notation.</summary>
    /// <param name="text">The text; a clock time means the last such time that has passed.</param>
    /// <param name="time">The clock and the time zone.</param>
    /// <param name="moment">Milliseconds since the epoch.</param>
    /// <param name="problem">What is wrong, for people.</param>
    internal static bool TryParseMoment(string text, TimeProvider time, out long moment, out string problem)
    {
        var now = TimeZoneInfo.ConvertTime(time.GetUtcNow(), time.LocalTimeZone);
        var isMoment = TryParse(text, now, time.LocalTimeZone, null, out var value) && value is not null;
        (moment, problem) = (value?.ToUnixTimeMilliseconds() ?? 0, isMoment ? "" : $"'{text}' is {Expected}");
        return isMoment;
    }

    static bool TryParse(string text, DateTimeOffset now, TimeZoneInfo zone, DateTimeOffset? after, out DateTimeOffset? value)
    {
        value = null;
        if (text.Length == 0)
            return true;
        if (text[0] == '-' && Duration.TryParse(text[1..], out var ago))
            value = now - ago;
        else if (TimeOnly.TryParseExact(text, s_clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
            value = after is { } start ? First(start, clock, zone) : Last(now, clock, zone);
        else if (DateTimeOffset.TryParseExact(text, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var date)
            && date.Year is >= 1970 and < 9000)
            value = date;
        return value is not null;
    }

    static DateTimeOffset Last(DateTimeOffset now, TimeOnly clock, TimeZoneInfo zone)
    {
        var today = At(now, 0, clock, zone);
        return today <= now ? today : At(now, -1, clock, zone);
    }

    static DateTimeOffset First(DateTimeOffset start, TimeOnly clock, TimeZoneInfo zone)
    {
        var sameDay = At(start, 0, clock, zone);
        return sameDay >= start ? sameDay : At(start, 1, clock, zone);
    }

    static DateTimeOffset At(DateTimeOffset day, int days, TimeOnly clock, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(day, zone).Date.AddDays(days) + clock.ToTimeSpan();
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    internal bool Includes(long time) => time >= Since && time <= Until;

    internal bool HasListeners => Series.Length == 0 || Array.IndexOf(Series, Listeners) >= 0;

    /// <summary>Finds the places of the requested series. Returns false and a problem if a name matches none.</summary>
    internal bool TrySelect(string[] names, out int[] columns, out string problem)
    {
        var chosen = new List<int>();
        problem = "";
        foreach (var wanted in Series)
            if (wanted != Listeners && !Array.Exists(names, name => IsOf(name, wanted)))
                problem = $"series: no such series: {wanted}";
        for (var i = 0; i < names.Length; i++)
            if (Series.Length == 0 || Array.Exists(Series, wanted => IsOf(names[i], wanted)))
                chosen.Add(i);
        columns = [.. chosen];
        return problem.Length == 0;
    }

    static bool IsOf(string name, string wanted) =>
        name == wanted || (name.Length > wanted.Length && name[wanted.Length] == '.' && name.StartsWith(wanted, StringComparison.Ordinal));
}
