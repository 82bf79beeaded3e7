using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using TcpAgent.Metrics;

namespace TcpAgent.Logging;

/// <summary>Chooses where log lines go. Text goes to stderr only: stdout belongs to the output of commands.</summary>
static class LogSetup
{
    internal static Logger Create(LogEventLevel level, LogFormat format, Func<int, string?> messageId, AgentEvents? events = null) =>
        Create(level, format, messageId, out _, events: events);

    /// <summary>With the journal sink, if that was chosen, for its count of dropped events. The logger disposes it.</summary>
    internal static Logger Create(
        LogEventLevel level,
        LogFormat format,
        Func<int, string?> messageId,
        out JournalSink? journal,
        string journalPath = JournalSink.DefaultPath,
        AgentEvents? events = null)
    {
        // An override wins over the level in both directions, so it must not open what the operator closed.
        var framework = level > LogEventLevel.Warning ? level : LogEventLevel.Warning;
        var setup = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft.AspNetCore", framework)
            .MinimumLevel.Override("Microsoft.Hosting", framework)
            .Filter.ByExcluding(IsStartFailure);

        if (events is not null)
            setup.WriteTo.Sink(new LineCounter(events));
        journal = format == LogFormat.Auto ? OpenJournal(messageId, journalPath) : null;
        if (journal is not null)
            return setup.WriteTo.Sink(journal).CreateLogger();

        ITextFormatter text = format == LogFormat.Json ? new JsonFormatter() : new LogfmtFormatter();
        return setup.WriteTo.Console(text, standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger();
    }

    // The host's, with a stack trace: why the server cannot start is reported in one line, and a stop before the first sample is no
    // failure.
    static bool IsStartFailure(LogEvent logEvent) => logEvent.MessageTemplate.Text == "Hosting failed to start";

    // A journal whose socket is out of reach would take every line silently; stderr still leads to it.
    static JournalSink? OpenJournal(Func<int, string?> messageId, string path)
    {
        if (!JournalSink.StderrIsJournal())
            return null;

        var journal = new JournalSink(messageId, path);
        if (journal.TryConnect())
            return journal;

        journal.Dispose();
        return null;
    }
}
