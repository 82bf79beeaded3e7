using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace TcpAgent.Logging;

/// <summary>One line of key=value pairs per event, as the programs around Prometheus write them (promslog, go-logfmt).</summary>
sealed class LogfmtFormatter : ITextFormatter
{
    readonly JsonValues _values = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        Write(output, "ts", LogFields.Time(logEvent));
        output.Write(' ');
        Write(output, "level", LogFields.Level(logEvent.Level));
        if (LogFields.Caller(logEvent) is { } caller)
        {
            output.Write(' ');
            Write(output, "caller", caller);
        }

        output.Write(' ');
        Write(output, "msg", LogFields.Message(logEvent));
        foreach (var (name, value) in logEvent.Properties)
        {
            if (LogFields.IsHidden(name))
                continue;

            output.Write(' ');
            Write(output, LogFields.Key(name), value is ScalarValue scalar ? LogFields.Text(scalar.Value) : Json(value));
        }

        if (logEvent.Exception is not null)
        {
            output.Write(' ');
            Write(output, "err", LogFields.Error(logEvent.Exception));
        }

        output.Write('\n');
    }

    string Json(LogEventPropertyValue value)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _values.Format(value, text);
        return text.ToString();
    }

    static void Write(TextWriter output, string key, string? value)
    {
        output.Write(key);
        output.Write('=');
        if (value is null)
            output.Write("null");
        else if (NeedsQuotes(value))
            WriteQuoted(output, value);
        else
            output.Write(value);
    }

    static bool NeedsQuotes(string value)
    {
        // The word null, unquoted, is the absence of a value.
        if (value.Length == 0 || value == "null")
            return true;

        foreach (var c in value)
        {
            if (c is <= ' ' or '=' or '"' || IsUnsafe(c))
                return true;
        }

        return false;
    }

    static void WriteQuoted(TextWriter output, string value)
    {
        output.Write('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c is '"' or '\\')
            {
                output.Write('\\');
                output.Write(c);
            }
            else if (char.IsSurrogatePair(value, i))
            {
                output.Write(c);
                output.Write(value[++i]);
            }
            else if (IsUnsafe(c))
            {
                WriteEscape(output, c);
            }
            else
            {
                output.Write(c);
            }
        }

        output.Write('"');
    }

    // Line and paragraph separators break the line in some viewers; a surrogate may lack its other half.
    static bool IsUnsafe(char c) => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029';

    static void WriteEscape(TextWriter output, char c)
    {
        switch (c)
        {
            case '\n': output.Write("\\n"); break;
            case '\r': output.Write("\\r"); break;
            case '\t': output.Write("\\t"); break;
            default:
                output.Write("\\u");
                output.Write((char.IsSurrogate(c) ? 0xfffd : c).ToString("x4", CultureInfo.InvariantCulture));
                break;
        }
    }
}
