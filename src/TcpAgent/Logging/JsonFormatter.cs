using Serilog.Events;

namespace TcpAgent.Logging;

/// <summary>One JSON object per line.</summary>
sealed class JsonFormatter() : LogLine("{", ',', "}\n")
{
    readonly JsonValues _values = new();

    protected override void WriteKey(TextWriter output, string key)
    {
        output.Write('"');
        output.Write(key);
        output.Write("\":");
    }

    protected override void WriteText(TextWriter output, string text) => JsonValues.WriteString(output, text);

    protected override void WriteValue(TextWriter output, LogEventPropertyValue value) => _values.Format(value, output);
}
