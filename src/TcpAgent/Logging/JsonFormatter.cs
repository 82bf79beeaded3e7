using Serilog.Events;
using Serilog.Formatting;

namespace TcpAgent.Logging;

/// <summary>One JSON object per line, with the keys of <see cref="LogfmtFormatter"/>.</summary>
sealed class JsonFormatter : ITextFormatter
{
    readonly JsonValues _values = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write('{');
        Write(output, "ts", LogFields.Time(logEvent));
        output.Write(',');
        Write(output, "level", LogFields.Level(logEvent.Level));
        if (LogFields.Caller(logEvent) is { } caller)
        {
            output.Write(',');
            Write(output, "caller", caller);
        }

        output.Write(',');
        Write(output, "msg", LogFields.Message(logEvent));
        foreach (var (name, value) in logEvent.Properties)
        {
            if (LogFields.IsHidden(name))
                continue;

            output.Write(',');
            WriteKey(output, LogFields.Key(name));
            _values.Format(value, output);
        }

        if (logEvent.Exception is not null)
        {
            output.Write(',');
            Write(output, "err", LogFields.Error(logEvent.Exception));
        }

        output.Write("}\n");
    }

    static void Write(TextWriter output, string key, string value)
    {
        WriteKey(output, key);
        JsonValues.WriteString(output, value);
    }

    // Keys are literals or snake case: nothing to escape.
    static void WriteKey(TextWriter output, string key)
    {
        output.Write('"');
        output.Write(key);
        output.Write("\":");
    }
}
