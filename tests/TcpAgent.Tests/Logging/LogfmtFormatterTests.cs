using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

public sealed class LogfmtFormatterTests
{
    const string Start = "ts=2026-11-20T22:51:00.123Z level=info msg=x";

    [Fact]
    public void ALineHasTheKeysInThisOrder() =>
        Assert.Equal(
            "ts=2026-11-20T22:51:00.123Z level=warn caller=Sampler.cs:42 msg=\"source netstat failed\" source=netstat "
            + "reason=\"no such file\" retry_after=1.5\n",
            Line(Events.Of(
                LogEventLevel.Warning,
                "source {Source} failed",
                ("Source", "netstat"),
                ("codeFile", "./src/TcpAgent/Hosting/Sampler.cs"),
                ("codeLine", 42),
                ("codeMember", "Take"),
                Events.EventId(7),
                ("SourceContext", "TcpAgent.Sampler"),
                ("Reason", "no such file"),
                ("RetryAfter", 1.5))));

    [Theory]
    [InlineData(LogEventLevel.Verbose, "debug")]
    [InlineData(LogEventLevel.Debug, "debug")]
    [InlineData(LogEventLevel.Information, "info")]
    [InlineData(LogEventLevel.Warning, "warn")]
    [InlineData(LogEventLevel.Error, "error")]
    [InlineData(LogEventLevel.Fatal, "error")]
    public void ThereAreFourLevels(LogEventLevel level, string name) =>
        Assert.Equal($"ts=2026-11-20T22:51:00.123Z level={name} msg=x\n", Line(Events.Of(level, "x")));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("/proc/net/tcp", "/proc/net/tcp")]
    [InlineData("back\\slash", "back\\slash")]
    [InlineData("\u00fcber", "\u00fcber")]
    [InlineData("\ud83d\ude00", "\"\ud83d\ude00\"")]
    [InlineData("", "\"\"")]
    [InlineData("null", "\"null\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("quo\"te", "\"quo\\\"te\"")]
    [InlineData("c:\\ d", "\"c:\\\\ d\"")]
    [InlineData("line\nbreak\r\ttab", "\"line\\nbreak\\r\\ttab\"")]
    [InlineData("\u0001\u001b[31m\u007f\u0085\u2028", "\"\\u0001\\u001b[31m\\u007f\\u0085\\u2028\"")]
    [InlineData("smile \ud83d\ude00", "\"smile \ud83d\ude00\"")]
    public void AValueIsQuotedWhenItMust(string value, string written) =>
        Assert.Equal($"{Start} v={written}\n", Line(Events.Of(LogEventLevel.Information, "x", ("V", value))));

    [Fact]
    public void HalfASurrogatePairIsReplaced() =>
        Assert.Equal(
            $"{Start} v=\"a\\ufffd\" w=\"\\ufffdb\"\n",
            Line(Events.Of(LogEventLevel.Information, "x", ("V", "a\ud83d"), ("W", "\ude00b"))));

    [Fact]
    public void ValuesThatAreNoStringsAreInvariant() =>
        Assert.Equal(
            $"{Start} count=-7 ratio=0.25 on=true time=2026-11-20T23:51:00.1230000+01:00 nothing=null list=\"[1,\\\"a b\\\"]\"\n",
            Line(Events.Of(
                LogEventLevel.Information,
                "x",
                ("Count", -7L),
                ("Ratio", 0.25),
                ("On", true),
                ("Time", Events.Time),
                ("Nothing", null),
                ("List", new SequenceValue([new ScalarValue(1), new ScalarValue("a b")])))));

    [Fact]
    public void AnExceptionIsOneLineWithItsStack()
    {
        Exception caught;
        try
        {
            throw new InvalidOperationException("first\nsecond");
        }
        catch (InvalidOperationException e)
        {
            caught = e;
        }

        var pairs = LogfmtParser.Parse(Line(Events.Of(LogEventLevel.Error, caught, "no sample")));
        Assert.Equal(("msg", "no sample"), pairs[2]);
        Assert.Equal("err", pairs[3].Key);
        Assert.StartsWith("System.InvalidOperationException: first second at TcpAgent.Tests.", pairs[3].Value, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', pairs[3].Value!);
    }

    [Fact]
    public void APropertyCannotPassForAKeyThatEveryLineHas() =>
        Assert.Equal(
            $"{Start} level_=1 msg_=2 ts_=3 err_=4 caller_=5\n",
            Line(Events.Of(LogEventLevel.Information, "x", ("Level", 1), ("Msg", 2), ("Ts", 3), ("Err", 4), ("Caller", 5))));

    [Fact]
    public void ACallerWithoutALineIsTheFile() =>
        Assert.Equal(
            "ts=2026-11-20T22:51:00.123Z level=info caller=A.cs msg=x\n",
            Line(Events.Of(LogEventLevel.Information, "x", ("codeFile", "A.cs"))));

    [Fact]
    public void AnyNameAndTextComeBackAsTheyWere() =>
        Prop.ForAll<string, string, string>((name, value, message) =>
        {
            var property = "p" + name;
            var pairs = LogfmtParser.Parse(Line(Events.Of(LogEventLevel.Error, "{M}", ("M", message), (property, value))));
            Assert.Equal(("msg", Events.Unicode(message ?? "null")), pairs[2]);
            Assert.Equal((LogFields.Key(property), value is null ? null : Events.Unicode(value)), pairs[^1]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    static string Line(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new LogfmtFormatter().Format(logEvent, text);
        return text.ToString();
    }
}
