using System.Buffers;
using System.Text;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

/// <summary>The agent's own events as they are exported.</summary>
static class Events
{
    internal static string Text(this AgentEvents events, ExpositionFormat format = ExpositionFormat.Text)
    {
        var output = new ArrayBufferWriter<byte>();
        events.Write(format, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The value of one series as it is written, or null.</summary>
    internal static string? Value(this AgentEvents events, string series) => Value(events.Text(), series);

    internal static string? Value(string text, string series)
    {
        foreach (var line in text.Split('\n'))
            if (line.StartsWith(series + " ", StringComparison.Ordinal))
                return line[(series.Length + 1)..];
        return null;
    }
}
