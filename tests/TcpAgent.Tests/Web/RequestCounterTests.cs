using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;
using TcpAgent.Tests.Metrics;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Requests as the agent counts them, and the place of its own events in what it serves.</summary>
public sealed class RequestCounterTests
{
    static Task<RunningAgent> Start(string? webConfigFile = null, string? historyFile = null) => RunningAgent.OverFixture(
        "linux-6.18", webConfigFile: webConfigFile, historyFile: historyFile);

    static async Task<string?> Requests(RunningAgent agent, string path, int code) =>
        Events.Value(
            await agent.Client.GetStringAsync("/metrics?collect[]=agent"),
            $"tcpagent_http_requests_total{{path=\"{path}\",code=\"{code}\"}}");

    [Fact]
    public async Task EachIsCountedByAPathThatIsServedAndWhatWasAnswered()
    {
        await using var agent = await Start();
        var client = agent.Client;
        Assert.Null(await Requests(agent, "/", 200));
        foreach (var path in (string[])["/", "/page/page.js", "/api/v1/live", "/nope", "/nope2", "/metrics/", "/page/nope",
            "/metrics?collect[]=bogus", "/api/v1/history?since=x"])
            await client.GetAsync(path);
        await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/why"));
        await client.PostAsync("/api/v1/why", null);
        await client.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), "/nope"));
        Assert.Equal(
            ("2", "1", "4", "1"), (await Requests(agent, "/", 200), await Requests(agent, "/api/v1/live", 200),
                await Requests(agent, "other", 404), await Requests(agent, "/metrics", 400)));
        Assert.Equal(
            ("1", "1", "1"), (await Requests(agent, "/api/v1/why", 200), await Requests(agent, "/api/v1/why", 405),
                await Requests(agent, "other", 405)));

        // Each of the scrapes themselves, but for the one that asks.
        Assert.Equal("8", await Requests(agent, "/metrics", 200));
    }

    [Fact]
    public async Task WhomTheGateRefusesIsCountedToo()
    {
        using var folder = new WebFolder($"basic_auth_users:\n  alice: {WebFolder.SecretHash}\n");
        await using var agent = await Start(folder.ConfigFile);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/api/v1/why")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/secret")).StatusCode);
        agent.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("alice:secret"u8));
        Assert.Equal(("1", "1"), (await Requests(agent, "/api/v1/why", 401), await Requests(agent, "other", 401)));
    }

    [Theory]
    [InlineData(true, 499)]
    [InlineData(false, 500)]
    public async Task WhatEndsInAnExceptionIsCountedAsWhatItIs(bool isAborted, int code)
    {
        using var agent = TestAgent.OverFixture("linux-6.1", new ManualTime());
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(isAborted) };
        context.Request.Path = "/metrics";
        var counter = new RequestCounter(
            agent.Events, StaleSampleTests.Over(agent, new ManualTime()), _ => throw new OperationCanceledException());
        await Assert.ThrowsAsync<OperationCanceledException>(() => counter.Serve(context));
        Assert.Equal("1", agent.Events.Value($"tcpagent_http_requests_total{{path=\"/metrics\",code=\"{code}\"}}"));
    }

    [Fact]
    public async Task TheAgentsOwnEventsAreOfTheSourceAgent()
    {
        await using var agent = await Start();
        agent.Client.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text;version=1.0.0");
        foreach (var (query, isThere) in ((string, bool)[])[("", true), ("?collect[]=agent", true), ("?collect[]=snmp", false),
            ("?exclude[]=agent", false), ("?exclude[]=snmp", true)])
        {
            var text = await agent.Client.GetStringAsync($"/metrics{query}");
            Assert.True(text.Contains("\ntcpagent_tick_duration_seconds_count ", StringComparison.Ordinal) == isThere, query);
            Assert.True(text.EndsWith("\n# EOF\n", StringComparison.Ordinal) && text.Split("# EOF").Length == 2, query);
        }
    }

    [Fact]
    public async Task FortyScrapesAtOnceAreEachOneDocument()
    {
        await using var agent = await Start();
        agent.Client.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text;version=1.0.0");
        for (var round = 0; round < 5; round++)
            foreach (var body in await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => agent.Client.GetByteArrayAsync("/metrics"))))
                TcpAgent.Fuzz.ExpositionReader.Check(body, ExpositionFormat.OpenMetrics);
        var text = await agent.Client.GetStringAsync("/metrics");
        Assert.Equal("200", Events.Value(text, "tcpagent_scrape_duration_seconds_count"));
    }

    [Fact]
    public async Task RecordsOfTheHistoryAreCountedByTheRunningAgent()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-");
        try
        {
            await using var agent = await Start(historyFile: Path.Combine(folder.FullName, "history.ring"));
            string? written = null;
            for (var i = 0; i < 100 && written is null or "0"; i++, await Task.Delay(50))
                written = Events.Value(await agent.Client.GetStringAsync("/metrics"), "tcpagent_history_write_duration_seconds_count");
            Assert.InRange(int.Parse(written!, CultureInfo.InvariantCulture), 1, 100);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
