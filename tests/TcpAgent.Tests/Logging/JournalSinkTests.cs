using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

public sealed class JournalSinkTests : IDisposable
{
    const string Uuid = "0123456789abcdef0123456789abcdef";

    readonly TempFolder _folder = new();
    readonly Receiver _journald;
    readonly JournalSink _sink;

    public JournalSinkTests()
    {
        _journald = new Receiver(_folder.File("socket"));
        _sink = new JournalSink(id => id == 7 ? Uuid : null, _journald.Path);
    }

    public void Dispose()
    {
        _sink.Dispose();
        _journald.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AnEventIsExactlyTheseBytes()
    {
        _sink.Emit(Events.Of(
            LogEventLevel.Warning,
            "source {Source} failed",
            ("Source", "netstat"),
            ("codeFile", "./src/TcpAgent/Sampler.cs"),
            ("codeLine", 42),
            ("codeMember", "Take"),
            Events.EventId(7),
            ("SourceContext", "TcpAgent.Sampler"),
            ("RetryAfter", 1.5)));

        Assert.Equal(
            "MESSAGE=source netstat failed\nPRIORITY=4\nSYSLOG_IDENTIFIER=tcp-agent\nMESSAGE_ID=" + Uuid + "\n"
            + "TCPAGENT_SOURCE=netstat\nCODE_FILE=./src/TcpAgent/Sampler.cs\nCODE_LINE=42\nCODE_FUNC=Take\n"
            + "TCPAGENT_LOGGER=TcpAgent.Sampler\nTCPAGENT_RETRY_AFTER=1.5\n",
            _journald.ReceiveText());
        Assert.Equal(0, _sink.Dropped);
    }

    [Theory]
    [InlineData(LogEventLevel.Fatal, "2")]
    [InlineData(LogEventLevel.Error, "3")]
    [InlineData(LogEventLevel.Warning, "4")]
    [InlineData(LogEventLevel.Information, "6")]
    [InlineData(LogEventLevel.Debug, "7")]
    [InlineData(LogEventLevel.Verbose, "7")]
    public void ALevelIsASyslogPriority(LogEventLevel level, string priority)
    {
        _sink.Emit(Events.Of(level, "x"));
        Assert.Contains(("PRIORITY", priority), JournalParser.Parse(_journald.Receive()));
    }

    [Fact]
    public void AnEventIdWithoutAMessageIdAddsNoField()
    {
        _sink.Emit(Events.Of(LogEventLevel.Error, "x", Events.EventId(8)));
        Assert.Equal("MESSAGE=x\nPRIORITY=3\nSYSLOG_IDENTIFIER=tcp-agent\n", _journald.ReceiveText());
    }

    [Fact]
    public void ValuesWithLineBreaksAreSentWithTheirLength()
    {
        _sink.Emit(Events.Of(LogEventLevel.Error, "one\ntwo=\u20ac", ("Detail", "a\nPRIORITY=0\n"), ("Plain", "a=b")));
        var entry = _journald.Receive();
        Assert.True(entry.AsSpan().StartsWith("MESSAGE\n\x0b\0\0\0\0\0\0\0one\ntwo=\u20ac\nPRIORITY=3\n"u8));
        var fields = JournalParser.Parse(entry);
        Assert.Equal(
            [("MESSAGE", "one\ntwo=\u20ac"), ("PRIORITY", "3"), ("SYSLOG_IDENTIFIER", "tcp-agent"),
                ("TCPAGENT_DETAIL", "a\nPRIORITY=0\n"), ("TCPAGENT_PLAIN", "a=b")],
            fields);
    }

    [Fact]
    public void AnExceptionFollowsTheMessageOnItsOwnLines()
    {
        var exception = new InvalidOperationException("broken");
        _sink.Emit(Events.Of(LogEventLevel.Error, exception, "no sample"));
        Assert.Contains(("MESSAGE", "no sample\n" + exception), JournalParser.Parse(_journald.Receive()));
    }

    [Fact]
    public void NothingThatIsNoScalarBecomesAField()
    {
        _sink.Emit(Events.Of(
            LogEventLevel.Error, "x", ("List", new SequenceValue([new ScalarValue(1)])), ("Nothing", null), ("Flag", true)));
        Assert.Equal("MESSAGE=x\nPRIORITY=3\nSYSLOG_IDENTIFIER=tcp-agent\nTCPAGENT_FLAG=true\n", _journald.ReceiveText());
    }
}
