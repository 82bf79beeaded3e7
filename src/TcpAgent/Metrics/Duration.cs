using System.Buffers;
using System.Globalization;

namespace TcpAgent.Metrics;

/// <summary>Parses and formats durations in the notation of Prometheus and Go: 500ms, 1s, 1m30s, 1h.</summary>
static class Duration
{
    static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");

    static readonly (string Unit, double Milliseconds)[] s_units = [("ms", 1), ("s", 1e3), ("m", 60e3), ("h", 3600e3), ("d", 86400e3)];

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        double sum = 0;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(s_number);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var number))
                return false;
            rest = rest[digits..];
            var factor = 0.0;
            foreach (var (unit, milliseconds) in s_units)
            {
                if (!rest.StartsWith(unit, StringComparison.Ordinal))
                    continue;
                factor = milliseconds;
                rest = rest[unit.Length..];
                break;
            }
            if (factor == 0)
                return false;
            sum += number * factor;
        }
        if (text.Length == 0 || sum > TimeSpan.FromDays(3650).TotalMilliseconds)
            return false;
        duration = TimeSpan.FromMilliseconds(sum);
        return true;
    }

    /// <summary>Uses the largest unit that divides the duration: 1h, 90s, 1500ms.</summary>
    internal static string Format(TimeSpan duration)
    {
        for (var i = s_units.Length - 1; i > 0; i--)
            if (duration > TimeSpan.Zero && duration.TotalMilliseconds % s_units[i].Milliseconds == 0)
                return FormattableString.Invariant($"{duration.TotalMilliseconds / s_units[i].Milliseconds}{s_units[i].Unit}");
        return duration == TimeSpan.Zero ? "0s" : FormattableString.Invariant($"{duration.TotalMilliseconds}ms");
    }
}
