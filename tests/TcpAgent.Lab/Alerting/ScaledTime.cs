using System.Globalization;
using System.Text.RegularExpressions;

namespace TcpAgent.Lab.Alerting;

/// <summary>
/// Rules and routes as they are shipped, but for time: a minute is a second, so that what takes an hour is seen in a minute. The agent
/// goes on sampling once a second, and Prometheus scrapes as often.
/// </summary>
static partial class ScaledTime
{
    const int Factor = 60;

    /// <summary>An agent's peak window, to be short against `for`.</summary>
    internal const string PeakWindow = "--sample.peak-window=3s";

    /// <summary>Ranges, offsets, waits, forecasts, and the seconds of an hour.</summary>
    internal static string Rules(string text)
    {
        text = Durations().Replace(text, match => match.Groups[1].Value + Scaled(match.Groups[2].Value, match.Groups[3].Value));
        return text.Replace(", 1800)", $", {1800 / Factor})", StringComparison.Ordinal)
            .Replace("[60s]) > 30", FormattableString.Invariant($"[60s]) > {30.0 / Factor}"), StringComparison.Ordinal);
    }

    internal static string Routes(string text) =>
        Waits().Replace(text, match => match.Groups[1].Value + Scaled(match.Groups[2].Value, match.Groups[3].Value));

    static string Scaled(string number, string unit)
    {
        var seconds = int.Parse(number, CultureInfo.InvariantCulture) * unit switch { "h" => 3600, "m" => 60, _ => 1 };
        return seconds % Factor == 0 ? $"{seconds / Factor}s" : $"{1000 * seconds / Factor}ms";
    }

    /// <summary>Replaces text that must be there.</summary>
    internal static string Replace(string text, string from, string to)
    {
        Assert.Contains(from, text, StringComparison.Ordinal);
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(\[|(?<=\[\d+[smh]):|for: |offset )(\d+)([smh])(?![a-z])")]
    private static partial Regex Durations();

    [GeneratedRegex(@"((?:group_wait|group_interval|repeat_interval): )(\d+)([smh])")]
    private static partial Regex Waits();
}
