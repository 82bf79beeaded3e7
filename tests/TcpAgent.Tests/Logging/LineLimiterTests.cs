using Serilog.Events;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Tests.Metrics;

namespace TcpAgent.Tests.Logging;

public class LineLimiterTests
{
    readonly ManualTime _time = new();
    readonly AgentEvents _events = new();
    readonly LineLimiter _limiter;

    public LineLimiterTests() => _limiter = new LineLimiter(_time, _events);

    static LogEvent Line(string template, string context) => Events.Of(LogEventLevel.Error, template, ("SourceContext", context));

    int Passed(int lines, string template, string context = "Microsoft.AspNetCore.Server.Kestrel") =>
        Enumerable.Range(0, lines).Count(_ => _limiter.IsEnabled(Line(template, context)));

    [Fact]
    public void OfEachKindAFewPassAndThenOneASecond()
    {
        Assert.Equal(LineLimiter.Burst, Passed(1000, "a"));
        Assert.Equal(LineLimiter.Burst, Passed(1000, "b"));
        for (var second = 0; second < 20; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(LineLimiter.PerSecond, Passed(1000, "a"));
        }
        Assert.Equal($"{22_000 - 2 * LineLimiter.Burst - 20 * LineLimiter.PerSecond}", _events.Value("tcpagent_log_lines_omitted_total"));
    }

    [Fact]
    public void TheNextLineSaysHowManyWereOmitted()
    {
        Passed(1000, "a");
        _time.Advance(TimeSpan.FromSeconds(1));
        var next = Line("a", "Kestrel");
        Assert.True(_limiter.IsEnabled(next));
        Assert.Equal($"{1000 - LineLimiter.Burst}", next.Properties["Omitted"].ToString());
        _time.Advance(TimeSpan.FromSeconds(1));
        var later = Line("a", "Kestrel");
        Assert.True(_limiter.IsEnabled(later));
        Assert.DoesNotContain("Omitted", later.Properties.Keys);
    }

    [Fact]
    public void EverySourceMayReportItsFailureAtTheSameMoment()
    {
        Assert.Equal(40, Passed(40, "Source {Source} failed", "TcpAgent"));
        Assert.Equal(LineLimiter.OwnBurst - 40, Passed(1000, "Source {Source} failed", "TcpAgent"));
    }

    [Fact]
    public void ManyKindsShareOneAllowance()
    {
        for (var i = 0; i < LineLimiter.MostKinds; i++)
            Assert.Equal(1, Passed(1, $"kind {i}"));
        var passed = 0;
        for (var i = 0; i < 10_000; i++)
            passed += Passed(1, $"further kind {i}");
        Assert.Equal(LineLimiter.Burst, passed);
    }
}
