using System.Globalization;
using System.Text;

namespace TcpAgent.Tests.Logging;

/// <summary>Reads a line back by the rules of go-logfmt; strict, so that a line it accepts means one thing only.</summary>
static class LogfmtParser
{
    internal static List<(string Key, string? Value)> Parse(string line)
    {
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], c => char.IsControl(c));
        var pairs = new List<(string, string?)>();
        for (var at = 0; at < line.Length - 1;)
        {
            var equals = line.IndexOf('=', at);
            var key = line[at..equals];
            Assert.Matches("^[a-z0-9_]+$", key);
            at = equals + 1;
            string? value;
            if (line[at] == '"')
            {
                value = Quoted(line, ref at);
            }
            else
            {
                var end = line.IndexOfAny([' ', '\n'], at);
                value = line[at..end];
                Assert.NotEmpty(value);
                Assert.DoesNotContain(value, c => c is '=' or '"');
                at = end;
                value = value == "null" ? null : value;
            }

            pairs.Add((key, value));
            Assert.Contains(line[at], " \n");
            at++;
        }

        return pairs;
    }

    static string Quoted(string line, ref int at)
    {
        var value = new StringBuilder();
        for (at++; line[at] != '"'; at++)
        {
            if (line[at] != '\\')
            {
                value.Append(line[at]);
                continue;
            }

            at++;
            value.Append(line[at] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '"' => '"',
                '\\' => '\\',
                'u' => (char)int.Parse(line.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var other => throw new FormatException($"unknown escape {other}"),
            });
            at += line[at] == 'u' ? 4 : 0;
        }

        at++;
        return value.ToString();
    }
}
