using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using TcpAgent.Metrics;

namespace TcpAgent.Logging;

/// <summary>Chooses where log lines go. Text goes to stderr only: stdout is for the output of commands.</summary>
static class LogSetup
{
    internal static Logger Create(LogEventLevel level, LogFormat format, Func<int, string?> messageId, AgentEvents? events = null) =>
        Create(level, format, messageId, out _, events: events);

    /// <summary>
    /// Creates the logger. Its output, the journal or stderr, is returned for its count of dropped lines; the logger disposes it.
    /// </summary>
    internal static Logger Create(
        LogEventLevel level,
        LogFormat format,
        Func<int, string?> messageId,
        out ILogOutput output,
        string journalPath = JournalSink.DefaultPath,
        AgentEvents? events = null,
        RecentLines? recent = null)
    {
        // An override beats the level in both directions, so it must not enable lines that the operator disabled.
        var framework = level > LogEventLevel.Warning ? level : LogEventLevel.Warning;
        var setup = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft.AspNetCore", framework)
            .MinimumLevel.Override("Microsoft.Hosting", framework)
            .Filter.ByExcluding(logEvent => level > LogEventLevel.Debug && IsStartFailure(logEvent))
            .Filter.With(new LineLimiter(TimeProvider.System, events));

        if (events is not null)
            setup.WriteTo.Sink(new LineCounter(events));
        if (recent is not null)
            setup.WriteTo.Sink(recent);
        output = (format == LogFormat.Auto ? OpenJournal(messageId, journalPath) : null) ?? (ILogOutput)new StderrSink(Console(format));
        return setup.WriteTo.Sink(output).CreateLogger();
    }

    /// <summary>A logger of its own, because only one for audits passes on the exception of a write that failed.</summary>
    static Logger Console(LogFormat format)
    {
        ITextFormatter text = format == LogFormat.Json ? new JsonFormatter() : new LogfmtFormatter();
        return new LoggerConfiguration().MinimumLevel.Verbose()
            .AuditTo.Console(text, standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger();
    }

    // The host's own message, with a stack trace. The agent reports in one line why the server cannot start, and a stop before the first
    // sample is not a failure.
    static bool IsStartFailure(LogEvent logEvent) => logEvent.MessageTemplate.Text == "Hosting failed to start";

    // An unreachable journal socket would silently swallow every line; stderr still leads to the journal.
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
