using System.Buffers;
using System.Globalization;
using System.Text;
using TcpAgent.Metrics;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>Reads an exposition as strictly as a scraper: one item a line, each label closed, each series once.</summary>
static class ExpositionReader
{
    static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    static readonly SearchValues<char> s_number = SearchValues.Create("-+0123456789.e");

    /// <summary>Numbers as the agent writes them, and as prometheus-net does: 2.0259e-05.</summary>
    const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    internal static void Check(ReadOnlySpan<byte> bytes, ExpositionFormat format)
    {
        var text = s_utf8.GetString(bytes);
        var end = format == ExpositionFormat.OpenMetrics ? "# EOF\n" : "";
        Hold(text.EndsWith(end, StringComparison.Ordinal), "no end");
        text = text[..^end.Length];
        var series = new HashSet<string>();
        var families = new HashSet<string>();
        var family = "";
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text[range];
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Hold(families.Add(family = line.Split(' ')[2]), $"family {family} twice");
            if (line.Length == 0 || line[0] == '#')
            {
                Hold(
                    line.Length > 0 ? line.Split(' ')[1] is "HELP" or "TYPE" or "UNIT" : range.Start.Value == text.Length,
                    $"not a comment of the format: {line}");
                continue;
            }
            var sample = Sample(line);
            Hold(sample.StartsWith(family, StringComparison.Ordinal), $"{sample} below {family}");
            Hold(series.Add(sample), $"series twice: {sample}");
        }
    }

    /// <summary>The series of <c>name{label="value"} number</c>.</summary>
    static string Sample(string line)
    {
        var at = line.AsSpan().IndexOfAnyExcept(s_name);
        Hold(at > 0 && line[at] is ' ' or '{', $"no name: {line}");
        if (line[at] == '{')
            at = Labels(line, at + 1);
        var number = line.AsSpan(at + 1);
        Hold(
            line[at] == ' ' && !number.ContainsAnyExcept(s_number)
                && double.TryParse(number, Number, CultureInfo.InvariantCulture, out _), $"no number: {line}");
        return line[..at];
    }

    /// <summary>Where the labels end.</summary>
    static int Labels(string line, int at)
    {
        var names = new HashSet<string>();
        while (true)
        {
            var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
            Hold(
                equals > at && !line.AsSpan(at, equals - at).ContainsAnyExcept(s_name) && names.Add(line[at..equals]),
                $"no label at {at}: {line}");
            for (at = equals + 2; at < line.Length && line[at] != '"'; at++)
                if (line[at] == '\\')
                    Hold(++at < line.Length && line[at] is '\\' or 'n' or '"', $"no such escape at {at}: {line}");
            Hold(at + 1 < line.Length && line[at + 1] is ',' or '}', $"label not closed at {at}: {line}");
            at += 2;
            if (line[at - 1] == '}')
                return at;
        }
    }
}
