using System.Globalization;
using Serilog.Events;

namespace TcpAgent.Logging;

/// <summary>One line of key=value pairs per event, as the programs around Prometheus write them (promslog, go-logfmt).</summary>
sealed class LogfmtFormatter() : LogLine("", ' ', "\n")
{
    readonly JsonValues _values = new();

    protected override void WriteKey(TextWriter output, string key)
    {
        output.Write(key);
        output.Write('=');
    }

    protected override void WriteText(TextWriter output, string text)
    {
        if (NeedsQuotes(text))
            WriteQuoted(output, text);
        else
            output.Write(text);
    }

    protected override void WriteValue(TextWriter output, LogEventPropertyValue value)
    {
        if ((value is ScalarValue scalar ? LogFields.Text(scalar.Value) : Json(value)) is { } text)
            WriteText(output, text);
        else
            output.Write("null");
    }

    string Json(LogEventPropertyValue value)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _values.Format(value, text);
        return text.ToString();
    }

    static bool NeedsQuotes(string value)
    {
        // The unquoted word null means an absent value.
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

    // Line and paragraph separators break the line in some viewers, and a surrogate may lack its other half.
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
