using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Tests.Metrics;

namespace TcpAgent.Tests.Logging;

[Collection(ProcessState.Name)]
public sealed partial class LogSetupTests : IDisposable
{
    readonly TextWriter _savedOut = Console.Out;
    readonly TextWriter _savedError = Console.Error;
    readonly string? _savedStream = Environment.GetEnvironmentVariable("JOURNAL_STREAM");
    readonly StringWriter _out = new(CultureInfo.InvariantCulture);
    readonly StringWriter _error = new(CultureInfo.InvariantCulture);

    public LogSetupTests()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
        Environment.SetEnvironmentVariable("JOURNAL_STREAM", null);
    }

    public void Dispose()
    {
        Console.SetOut(_savedOut);
        Console.SetError(_savedError);
        Environment.SetEnvironmentVariable("JOURNAL_STREAM", _savedStream);
        _out.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData(LogFormat.Auto, " level=error msg=broken\n")]
    [InlineData(LogFormat.Logfmt, " level=error msg=broken\n")]
    [InlineData(LogFormat.Json, ",\"level\":\"error\",\"msg\":\"broken\"}\n")]
    public void TextGoesToStderrInTheFormatAskedFor(object format, string end)
    {
        using (var logger = LogSetup.Create(LogEventLevel.Debug, (LogFormat)format, _ => null, out var output))
        {
            logger.Debug("quiet");
            logger.Error("broken");
            Assert.IsType<StderrSink>(output);
        }

        Assert.EndsWith(end, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, _error.ToString().Count(c => c == '\n'));
        Assert.Equal("", _out.ToString());
    }

    [Fact]
    public void AutoIsTheJournalWhenStderrLeadsThere()
    {
        using var folder = new TempFolder();
        using var journald = new Receiver(folder.File("socket"));
        Environment.SetEnvironmentVariable("JOURNAL_STREAM", JournalStreamTests.StderrIdentity());
        using (var logger = LogSetup.Create(LogEventLevel.Debug, LogFormat.Auto, _ => null, out var output, journald.Path))
        {
            logger.Information("hello");
            Assert.IsType<JournalSink>(output);
            Assert.Contains(("MESSAGE", "hello"), JournalParser.Parse(journald.Receive()));
        }

        using (var logger = LogSetup.Create(LogEventLevel.Debug, LogFormat.Logfmt, _ => null, out var output, journald.Path))
        {
            logger.Information("text as asked");
            Assert.IsType<StderrSink>(output);
            Assert.True(journald.IsEmpty);
        }

        Assert.EndsWith(" msg=\"text as asked\"\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AutoIsTextWhenStderrLeadsElsewhereThoughAJournalIsThere()
    {
        using var folder = new TempFolder();
        using var journald = new Receiver(folder.File("socket"));
        using (var logger = LogSetup.Create(LogEventLevel.Debug, LogFormat.Auto, _ => null, out var output, journald.Path))
        {
            logger.Information("hello");
            Assert.IsType<StderrSink>(output);
        }
        Assert.EndsWith(" level=info msg=hello\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AJournalOutOfReachDoesNotSwallowTheLines()
    {
        Environment.SetEnvironmentVariable("JOURNAL_STREAM", JournalStreamTests.StderrIdentity());
        using (var logger = LogSetup.Create(LogEventLevel.Debug, LogFormat.Auto, _ => null, out var output, "/nowhere/socket"))
        {
            logger.Information("hello");
            Assert.IsType<StderrSink>(output);
        }
        Assert.EndsWith(" level=info msg=hello\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogEventLevel.Debug, "TcpAgent.Sampler", LogEventLevel.Debug, true)]
    [InlineData(LogEventLevel.Information, "TcpAgent.Sampler", LogEventLevel.Debug, false)]
    [InlineData(LogEventLevel.Debug, "Microsoft.AspNetCore.Routing", LogEventLevel.Information, false)]
    [InlineData(LogEventLevel.Debug, "Microsoft.AspNetCore.Server.Kestrel", LogEventLevel.Warning, true)]
    [InlineData(LogEventLevel.Debug, "Microsoft.Hosting.Lifetime", LogEventLevel.Information, false)]
    [InlineData(LogEventLevel.Error, "Microsoft.AspNetCore.Server.Kestrel", LogEventLevel.Warning, false)]
    [InlineData(LogEventLevel.Error, "Microsoft.AspNetCore.Server.Kestrel", LogEventLevel.Error, true)]
    public void TheFrameworkIsHeldAtWarning(LogEventLevel level, string category, LogEventLevel written, bool expected)
    {
        using (var logger = LogSetup.Create(level, LogFormat.Logfmt, _ => null))
            logger.ForContext("SourceContext", category).Write(written, "x");
        Assert.Equal(expected, _error.ToString().Length > 0);
    }

    [Fact]
    public void LinesAreCountedByLevelWhenTheyAreWritten()
    {
        var events = new AgentEvents();
        using (var logger = LogSetup.Create(LogEventLevel.Information, LogFormat.Logfmt, _ => null, events))
        {
            logger.Debug("quiet");
            logger.Information("a");
            logger.Warning("b");
            logger.Error("c");
            logger.Fatal("d");
            logger.ForContext("SourceContext", "Microsoft.AspNetCore.Routing").Information("quiet");
        }
        Assert.Equal(
            (null, "1", "1", "2"), (Lines(events, "debug"), Lines(events, "info"), Lines(events, "warn"), Lines(events, "error")));
        Assert.Equal(4, _error.ToString().Count(c => c == '\n'));
    }

    [Fact]
    public void AFloodOfOneKindIsCutAndCounted()
    {
        var events = new AgentEvents();
        using (var logger = LogSetup.Create(LogEventLevel.Information, LogFormat.Logfmt, _ => null, events))
            for (var i = 0; i < 10_000; i++)
                logger.ForContext("SourceContext", "Microsoft.AspNetCore.Server.Kestrel").Error("queue of {Connection} exceeded", i);
        var lines = _error.ToString().Count(c => c == '\n');
        Assert.InRange(lines, LineLimiter.Burst, LineLimiter.Burst + 10);
        Assert.Equal($"{10_000 - lines}", events.Value("tcpagent_log_lines_omitted_total"));
        Assert.Equal($"{lines}", Lines(events, "error"));
    }

    /// <summary>A port in use is one sentence; whoever debugs the agent still sees where it came from.</summary>
    [Theory]
    [InlineData(LogEventLevel.Information, false)]
    [InlineData(LogEventLevel.Debug, true)]
    public void AServerThatCannotStartLeavesNoStackTrace(LogEventLevel level, bool expected)
    {
        using (var logger = LogSetup.Create(level, LogFormat.Logfmt, _ => null))
            logger.ForContext("SourceContext", "Microsoft.Extensions.Hosting.Internal.Host").Error(
                new IOException("in use"), "Hosting failed to start");
        Assert.Equal(expected, _error.ToString().Length > 0);
    }

    [Fact]
    public void TheVerdictIsASentenceAndItsFigures()
    {
        using var folder = new TempFolder();
        using var journald = new Receiver(folder.File("socket"));
        using var serilog = new Serilog.LoggerConfiguration().WriteTo.Sink(new JournalSink(Log.MessageId, journald.Path)).CreateLogger();
        using var factory = new SerilogLoggerFactory(serilog);
        Log.Limiting(factory.CreateLogger("TcpAgent"), "Port 1 turns connections away", "accept_queue", "[::]:1", 5, 4, 110, null);
        var fields = JournalParser.Parse(journald.Receive());
        Assert.Subset(
            fields.ToHashSet(), (((string, string)[])
            [
                ("MESSAGE", "Limiting: Port 1 turns connections away"), ("PRIORITY", "4"), ("MESSAGE_ID", Log.MessageId(42)!),
                ("TCPAGENT_RESOURCE", "accept_queue"), ("TCPAGENT_SUBJECT", "[::]:1"), ("TCPAGENT_USED", "5"), ("TCPAGENT_LIMIT", "4"),
                ("TCPAGENT_LOST", "110"),
            ]).ToHashSet());
        Assert.DoesNotContain(fields, field => field.Item1 is "TCPAGENT_SAID" or "TCPAGENT_SKIPPED");
    }

    static string? Lines(AgentEvents events, string level) => events.Value($"tcpagent_log_lines_total{{level=\"{level}\"}}");

    [Fact]
    public void AGeneratedMessageKeepsItsIdAndItsFields()
    {
        using var folder = new TempFolder();
        using var journald = new Receiver(folder.File("socket"));
        var sink = new JournalSink(id => id == 31 ? "00ff" : null, journald.Path);
        using var serilog = new Serilog.LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        using var factory = new SerilogLoggerFactory(serilog);
        SourceFailed(factory.CreateLogger("TcpAgent.Sampler"), "netstat", 3);
        Assert.Equal(
            [("MESSAGE", "netstat failed 3 times"), ("PRIORITY", "4"), ("SYSLOG_IDENTIFIER", "tcp-agent"), ("MESSAGE_ID", "00ff"),
                ("TCPAGENT_SOURCE", "netstat"), ("TCPAGENT_FAILURES", "3"), ("TCPAGENT_LOGGER", "TcpAgent.Sampler")],
            JournalParser.Parse(journald.Receive()));
    }

    [LoggerMessage(31, LogLevel.Warning, "{Source} failed {Failures} times")]
    static partial void SourceFailed(Microsoft.Extensions.Logging.ILogger logger, string source, int failures);
}
