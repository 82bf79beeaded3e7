using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;
using TcpAgent.Logging;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>Texts from the kernel or a client that go into the log. Whatever they contain, an entry stays one line.</summary>
static class LogTargets
{
    /// <summary>The input is the template, and after separators the values of A, B and so on.</summary>
    internal static void Lines(byte[] input)
    {
        var parts = Split(input, Folder.FileSeparator).ConvertAll(Encoding.UTF8.GetString);
        var properties = parts.Skip(1).Take(4).Select((value, i) => new LogEventProperty($"{(char)('A' + i)}", new ScalarValue(value)));
        var entry = new LogEvent(
            new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero), LogEventLevel.Warning, null,
            new MessageTemplateParser().Parse(parts[0]), properties);
        var logfmt = Line(new LogfmtFormatter(), entry);
        Hold(logfmt.StartsWith("ts=2026-11-21T09:00:00.000Z level=warn msg=", StringComparison.Ordinal), logfmt);
        using var json = JsonDocument.Parse(Line(new JsonFormatter(), entry));
        Hold(json.RootElement.EnumerateObject().Count() >= 3, "no entry");
    }

    static string Line(ITextFormatter formatter, LogEvent entry)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        formatter.Format(entry, text);
        var line = $"{text}";
        Hold(line.EndsWith('\n') && !line[..^1].Any(char.IsControl), $"not one line: {line}");
        return line;
    }
}
