using System.Text;
using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>What scrapers see of a sampler that hangs.</summary>
public class StaleSampleTests
{
    readonly ManualTime _time = new();

    [Fact]
    public async Task AnOldSampleIsServedUntilItIsThreeIntervalsOldThenWithdrawn()
    {
        using var agent = TestAgent.OverFixture("linux-6.1", _time);
        var endpoints = Over(agent, _time);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/api/v1/live")).Status);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/api/v1/why")).Status);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/-/ready")).Status);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/-/healthy")).Status);

        agent.Sampler.Take();
        Assert.Equal(StatusCodes.Status200OK, (await Get(endpoints, "/-/ready")).Status);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(StatusCodes.Status200OK, (await Get(endpoints, "/-/healthy")).Status);
        Assert.Contains("tcpagent_tcp_listen_drops_total 1197\n", (await Get(endpoints, "/metrics")).Body, StringComparison.Ordinal);

        Assert.StartsWith("{\"version\":1,", (await Get(endpoints, "/api/v1/why")).Body, StringComparison.Ordinal);

        Assert.StartsWith("{\"age_seconds\":2.900,\"version\":1,", (await Get(endpoints, "/api/v1/live")).Body, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/api/v1/live")).Status);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/api/v1/why")).Status);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/-/healthy")).Status);
        var stale = (await Get(endpoints, "/metrics")).Body;
        Assert.DoesNotContain("tcpagent_tcp_listen_drops_total", stale, StringComparison.Ordinal);
        Assert.DoesNotContain("tcpagent_conntrack", stale, StringComparison.Ordinal);
        Assert.Contains("tcpagent_sample_timestamp_seconds ", stale, StringComparison.Ordinal);
        Assert.Contains("tcpagent_tick_duration_seconds_count 1\n", stale, StringComparison.Ordinal);

        agent.Sampler.Take();
        Assert.Contains("tcpagent_tcp_listen_drops_total 1197\n", (await Get(endpoints, "/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScrapeBeforeTheFirstSampleWaitsForItAndIsNeverEmpty()
    {
        using var agent = TestAgent.OverFixture("linux-6.1", _time);
        var endpoints = Over(agent, _time);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (await Get(endpoints, "/metrics")).Status);

        var early = Get(endpoints, "/metrics");
        Assert.False(early.IsCompleted);
        agent.Sampler.Take();
        Assert.Contains("tcpagent_tcp_listen_drops_total 1197\n", (await early).Body, StringComparison.Ordinal);
    }

    internal static Endpoints Over(TestAgent agent, TimeProvider time)
    {
        var age = new SampleAge(TimeSpan.FromSeconds(1), time);
        var queue = new ScrapeQueue(maxRequests: 40, room: long.MaxValue, time);
        var metrics = new MetricsEndpoint(agent.Sampler, new Exposition(agent.Sampler.Tables, 4096, agent.Events), age, queue, time);
        var why = new WhyEndpoint(agent.Sampler, age, TimeSpan.FromSeconds(60));
        var settings = new LiveSettings(
            "0", "abc", DateTimeOffset.UnixEpoch, "docs/", "host", HasHistory: false, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        var json = new LiveJson(settings, new TcpAgent.History.TurnLog());
        return new Endpoints(
            agent.Sampler, metrics, why, new HistoryEndpoint(null, new HistoryReaders(2, time), time),
            new LiveEndpoint(agent.Sampler, json, age, time),
            new StatusEndpoint(new AgentFacts("0", "test", time.GetUtcNow(), [], () => []), time), new Page("/metrics"), age,
            new AllowedHosts([], []), "/metrics");
    }

    static async Task<(int Status, string Body)> Get(Endpoints endpoints, string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = path;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await endpoints.Serve(context);
        await context.Response.CompleteAsync();
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
