using Serilog.Events;
using Serilog.Formatting;

namespace TcpAgent.Logging;

/// <summary>One line per event: ts, level, caller, msg, the properties, err. A format defines how keys and values look.</summary>
abstract class LogLine(string start, char separator, string end) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(start);
        WriteKey(output, "ts");
        WriteText(output, LogFields.Time(logEvent));
        Add(output, "level", LogFields.Level(logEvent.Level));
        if (LogFields.Caller(logEvent) is { } caller)
            Add(output, "caller", caller);
        Add(output, "msg", LogFields.Message(logEvent));
        foreach (var (name, value) in logEvent.Properties)
        {
            if (LogFields.IsHidden(name))
                continue;

            output.Write(separator);
            WriteKey(output, LogFields.Key(name));
            WriteValue(output, value);
        }

        if (logEvent.Exception is not null)
            Add(output, "err", LogFields.Error(logEvent.Exception));
        output.Write(end);
    }

    void Add(TextWriter output, string key, string text)
    {
        output.Write(separator);
        WriteKey(output, key);
        WriteText(output, text);
    }

    /// <summary>Keys are literals or snake case: nothing to escape.</summary>
    protected abstract void WriteKey(TextWriter output, string key);

    protected abstract void WriteText(TextWriter output, string text);

    protected abstract void WriteValue(TextWriter output, LogEventPropertyValue value);
}
