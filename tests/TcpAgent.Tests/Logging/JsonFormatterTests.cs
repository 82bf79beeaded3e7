using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

public sealed class JsonFormatterTests
{
    [Fact]
    public void ALineHasTheKeysOfLogfmt() =>
        Assert.Equal(
            """{"ts":"2026-11-20T22:51:00.123Z","level":"warn","caller":"Sampler.cs:42","msg":"source netstat failed",""" + "\"source\""
            + """:"netstat","count":-7,"ratio":0.25,"on":true,"nothing":null,"list":[1,"a\nb"]}""" + "\n",
            Line(Events.Of(
                LogEventLevel.Warning,
                "source {Source} failed",
                ("Source", "netstat"),
                ("codeFile", "./src/TcpAgent/Hosting/Sampler.cs"),
                ("codeLine", 42),
                ("codeMember", "Take"),
                Events.EventId(7),
                ("SourceContext", "TcpAgent.Sampler"),
                ("Count", -7L),
                ("Ratio", 0.25),
                ("On", true),
                ("Nothing", null),
                ("List", new SequenceValue([new ScalarValue(1), new ScalarValue("a\nb")])))));

    [Fact]
    public void AnExceptionIsTheLastKey()
    {
        using var json = JsonDocument.Parse(Line(Events.Of(LogEventLevel.Error, new IOException("a\nb"), "x")));
        Assert.Equal("System.IO.IOException: a b", json.RootElement.GetProperty("err").GetString());
    }

    [Fact]
    public void HostileTextStaysOneLineAndOneObject()
    {
        const string Hostile = "\"},{\n\r\t\0\u001b\u007f\u0085\u2028\\ = \ud83d\ude00 \ud83d";
        var line = Line(Events.Of(LogEventLevel.Error, "{V}", ("V", Hostile), ("A\"B", "x"), ("NaN", double.NaN), ("C", '\n')));
        Assert.DoesNotContain(line[..^1], c => char.IsControl(c) || c == '\u2028');
        using var json = JsonDocument.Parse(line);
        Assert.Equal(Events.Unicode(Hostile), json.RootElement.GetProperty("msg").GetString());
        Assert.Equal(Events.Unicode(Hostile), json.RootElement.GetProperty("v").GetString());
        Assert.Equal("x", json.RootElement.GetProperty("a_b").GetString());
        Assert.Equal("\n", json.RootElement.GetProperty("c").GetString());
    }

    [Fact]
    public void AnyNameAndTextComeBackAsTheyWere() =>
        Prop.ForAll<string, string, string>((name, value, message) =>
        {
            var property = "p" + name;
            using var json = JsonDocument.Parse(Line(Events.Of(LogEventLevel.Error, "{M}", ("M", message), (property, value))));
            Assert.Equal(Events.Unicode(message ?? "null"), json.RootElement.GetProperty("msg").GetString());
            var read = json.RootElement.GetProperty(LogFields.Key(property));
            Assert.Equal(value is null ? null : Events.Unicode(value), read.GetString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    static string Line(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new JsonFormatter().Format(logEvent, text);
        return text.ToString();
    }
}
