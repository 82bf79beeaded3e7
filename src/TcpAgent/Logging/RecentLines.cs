using System.Globalization;
using Serilog.Core;
using Serilog.Events;

namespace TcpAgent.Logging;

/// <summary>Keeps the last lines in memory for a report, because the journal cannot be read without a subprocess. Thread safe.</summary>
sealed class RecentLines : ILogEventSink
{
    internal const int Most = 200;

    /// <summary>Enough for a stack trace's first frames; 200 such lines are 800 kB.</summary>
    const int MostChars = 2000;

    readonly Lock _lock = new();
    readonly Queue<string> _lines = new(Most);
    readonly LogfmtFormatter _formatter = new();

    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            _formatter.Format(logEvent, text);
            var line = text.ToString().TrimEnd('\n');
            if (_lines.Count == Most)
                _lines.Dequeue();
            _lines.Enqueue(line.Length <= MostChars ? line : $"{line[..MostChars]}...");
        }
    }

    /// <summary>In logfmt, the oldest first.</summary>
    internal string[] Read()
    {
        lock (_lock)
            return [.. _lines];
    }
}
