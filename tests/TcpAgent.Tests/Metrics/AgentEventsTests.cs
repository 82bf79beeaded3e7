using System.Globalization;
using System.Text;
using TcpAgent.Fuzz;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Metrics;

/// <summary>The agent's own events, alone and joined to the snapshot.</summary>
public class AgentEventsTests
{
    const string Count = "tcpagent_tick_duration_seconds_count";

    static readonly ExpositionFormat[] s_formats = [ExpositionFormat.Text, ExpositionFormat.OpenMetrics];

    static AgentEvents Used()
    {
        var events = new AgentEvents();
        foreach (var state in (string[])["ok", "near", "limiting"])
            events.VerdictChangesTo(state).Inc();
        foreach (var level in (string[])["debug", "info", "warn", "error"])
            events.Logged(level);
        events.Requested("/metrics", 200);
        foreach (var duration in (double[])[0.00002, 0.0003, 0.004, 0.05, 0.6, 7, 80])
        {
            events.Ticked(TimeSpan.FromSeconds(duration));
            events.Walked(TimeSpan.FromSeconds(duration));
            events.Scraped(TimeSpan.FromSeconds(duration));
            events.HistoryWritten(TimeSpan.FromSeconds(duration));
        }
        return events;
    }

    [Fact]
    public void TheWholeIsOneDocumentOfEachFormat()
    {
        using var agent = TestAgent.OverFixture("linux-6.18", new ManualTime());
        agent.Sampler.Take();
        agent.Events.Ticked(TimeSpan.FromMicroseconds(20));
        agent.Events.Requested("/metrics", 200);
        foreach (var format in s_formats)
        {
            var whole = agent.RenderWhole(format).ToArray();
            ExpositionReader.Check(whole, format);
            var text = Encoding.UTF8.GetString(whole);
            Assert.Equal(format == ExpositionFormat.OpenMetrics ? 1 : 0, text.Split("# EOF").Length - 1);
            Assert.StartsWith(agent.Text(format).Replace("# EOF\n", "", StringComparison.Ordinal), text, StringComparison.Ordinal);
            Assert.EndsWith(agent.Events.Text(format), text, StringComparison.Ordinal);
            Assert.Equal("2", Events.Value(text, "tcpagent_tick_duration_seconds_count"));
            Assert.Equal("2e-05", Events.Value(text, "tcpagent_tick_duration_seconds_sum"));
        }
    }

    [Fact]
    public void NoFamilyIsBothTheSnapshotsAndTheAgents()
    {
        var names = TcpAgent.Cli.DescribeCommand.Metrics().Select(one => one.Row.Name).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        foreach (var instrument in new AgentEvents().Instruments)
            Assert.Contains(instrument.Name, names);
    }

    /// <summary>The library writes HELP as it is given.</summary>
    [Fact]
    public void NoHelpHasWhatWouldHaveToBeEscaped() =>
        Assert.All(new AgentEvents().Instruments, instrument => Assert.Equal(-1, instrument.Help.AsSpan().IndexOfAny("\"\\\n")));

    [Fact]
    public void EveryInstrumentIsListedAndExported()
    {
        var listed = new AgentEvents().Instruments.Select(instrument => instrument.Name).Order(StringComparer.Ordinal);
        var exported = Used().Text().Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[2]);
        Assert.Equal(listed, exported.Order(StringComparer.Ordinal));
    }

    /// <summary>They come in addition to the 500 of the kernel that a small host may have.</summary>
    [Fact]
    public void TheSeriesAreFew()
    {
        static int Series(AgentEvents events) => events.Text().Split('\n').Count(line => line.Length > 0 && line[0] != '#');
        Assert.InRange(Series(Used()), 30, 40);
        Assert.InRange(Series(new AgentEvents(hasHistory: false)), 20, 30);
    }

    [Fact]
    public void WhatARateNeedsIsExportedBeforeTheFirstEvent()
    {
        var events = new AgentEvents();
        Assert.Equal("0", events.Value("tcpagent_log_lines_total{level=\"warn\"}"));
        Assert.Equal("0", events.Value("tcpagent_log_lines_total{level=\"error\"}"));
        Assert.DoesNotContain("\ntcpagent_http_requests_total{", events.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAHistoryNothingOfItIsExported()
    {
        var events = new AgentEvents(hasHistory: false);
        events.HistoryWritten(TimeSpan.Zero);
        Assert.DoesNotContain("history", events.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void EachWalkIsCountedWhereverItRan()
    {
        var events = new AgentEvents();
        var time = new ManualTime();
        var polls = 0;
        foreach (var cost in (long[])[0, 1_000_000_000])
            using (var lane = new CpuBudget(0.5, () => 0, time, events: events) { Cost = cost })
                while (!lane.Poll(wanted: true) && polls++ < 5_000)
                    Thread.Sleep(1);
        Assert.Equal("2", events.Value("tcpagent_socket_walk_duration_seconds_count"));
    }

    [Fact]
    public void AHistogramIsWrittenConsistentlyWhileEventsAreCounted()
    {
        var events = new AgentEvents();
        using var stop = new CancellationTokenSource();
        var counting = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                events.Ticked(TimeSpan.FromSeconds(2));
        });
        counting.Start();
        try
        {
            for (var i = 0; i < 2000 || events.Value(Count) == "0"; i++)
            {
                var text = events.Text();
                var count = Events.Value(text, Count)!;
                Assert.Equal(count, Events.Value(text, "tcpagent_tick_duration_seconds_bucket{le=\"+Inf\"}"));
                Assert.Equal(
                    2 * long.Parse(count, CultureInfo.InvariantCulture),
                    double.Parse(Events.Value(text, "tcpagent_tick_duration_seconds_sum")!, CultureInfo.InvariantCulture));
            }
        }
        finally
        {
            stop.Cancel();
            counting.Join();
        }
    }
}
