using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Resources;
using TcpAgent.Tests.History;

namespace TcpAgent.Tests.Web;

/// <summary>/api/v1/history of the real server, while it records.</summary>
[Trait("Category", "slow")]
public sealed class HistoryEndpointTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;
    RunningAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture(
        "linux-6.18", historyFile: Path.Combine(_folder, "history.ring"));

    public async Task DisposeAsync()
    {
        await _agent.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task<JsonElement> Get(string query)
    {
        var response = await _agent.Client.GetAsync($"/api/v1/history{query}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        return JsonDocument.Parse(text).RootElement;
    }

    [Fact]
    public async Task RecordsAreServedAMomentAfterTheyWereTaken()
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while ((await _agent.Client.GetAsync("/api/v1/history")).StatusCode != HttpStatusCode.OK
            || (await Get("")).GetProperty("records").GetArrayLength() < 2)
        {
            Assert.True(DateTime.UtcNow < deadline, "no record within 20 s");
            await Task.Delay(100);
        }
        Assert.Equal(60, (await Get("?since=-1m")).GetProperty("interval_seconds").GetInt32() * 60);
        Assert.Equal(11, (await Get("?series=tcp")).GetProperty("series").GetArrayLength());
        Assert.False((await Get("?series=tcp")).GetProperty("records")[0].TryGetProperty("listeners", out _));
        Assert.Equal(0, (await Get("?until=-10m")).GetProperty("records").GetArrayLength());
        Assert.Contains("\ntcpagent_history_success 1\n", await _agent.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?since=noon", "since: 'noon' is neither")]
    [InlineData("?until=1", "until: '1' is neither")]
    [InlineData("?since=-1m&since=-2m", "since: '-1m,-2m' is neither")]
    [InlineData("?since=-1m&until=-2m", "since is after until")]
    [InlineData("?series=tcp,bogus", "series: no such series: bogus")]
    [InlineData("?from=-1m", "No such parameter: from")]
    public async Task WhatMakesNoSenseIsABadRequest(string query, string message)
    {
        await RecordsAreServedAMomentAfterTheyWereTaken();
        var response = await _agent.Client.GetAsync($"/api/v1/history{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIncidentIsListedAndReadByItsName()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Ok);
        rig.Tick(20);
        rig.Verdict(ResourceState.Limiting);
        rig.Tick(200);
        var kept = RingFile.Beside(rig.FilePath, Incidents.Suffix).Single();
        var name = kept[(kept.LastIndexOf('-') + 1)..];
        Assert.Empty((await List()).EnumerateArray());
        File.Copy(kept, Path.Combine(_folder, $"history.ring{Incidents.Suffix}{name}"));

        var incident = (await List()).EnumerateArray().Single();
        Assert.Equal(name, incident.GetProperty("name").GetString());
        Assert.DoesNotContain(
            _folder, await _agent.Client.GetStringAsync("/api/v1/incidents"), StringComparison.Ordinal);
        var history = await Get(
            $"?incident={name}&since={incident.GetProperty("since").GetString()}&until={incident.GetProperty("until").GetString()}");
        Assert.Equal(201, history.GetProperty("records").GetArrayLength());
        foreach (var wrong in (string[])["x", "", "../history.ring", "%2e%2e%2fx", $"{name}&incident={name}"])
        {
            var response = await _agent.Client.GetAsync($"/api/v1/history?incident={wrong}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        async Task<JsonElement> List() =>
            JsonDocument.Parse(await _agent.Client.GetStringAsync("/api/v1/incidents")).RootElement.GetProperty("incidents");
    }

    /// <summary>They take just more than the least rate that the server asks for, from as many addresses as they like.</summary>
    [Fact]
    public async Task SlowReadersKeepNobodyFromTheHistory()
    {
        using var rig = new HistoryRig();
        rig.Tick(1200);
        rig.Writer.Dispose();
        var file = Path.Combine(_folder, "long.ring");
        File.Copy(rig.FilePath, file);
        await using var agent = await RunningAgent.OverFixture("linux-6.18", historyFile: file);
        using var stop = new CancellationTokenSource();
        var slow = new List<RawHttp>();
        var reading = new List<Task>();
        for (var i = 0; i < 24; i++)
        {
            var one = await RawHttp.Connect(agent.Address.Port, $"127.0.2.{i % 12 + 1}", receiveBuffer: 4096);
            await one.Send("GET /api/v1/history HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            slow.Add(one);
            reading.Add(ReadSlowly(one, stop.Token));
        }
        var clock = Stopwatch.StartNew();
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 12; i++)
        {
            var begun = clock.Elapsed;
            Assert.Equal(HttpStatusCode.OK, (await agent.Client.GetAsync("/api/v1/history?series=tcp")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await agent.Client.GetAsync("/api/v1/incidents")).StatusCode);
            longest = clock.Elapsed - begun > longest ? clock.Elapsed - begun : longest;
            await Task.Delay(200);
        }
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        slow.ForEach(one => one.Dispose());
    }

    static async Task ReadSlowly(RawHttp one, CancellationToken stop)
    {
        var buffer = new byte[4096];
        try
        {
            while (await one.Socket.ReceiveAsync(buffer, stop) > 0)
                await Task.Delay(100, stop);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It had to give way, or the test is over.
        }
    }

    [Fact]
    public async Task GzipIsTheSameDocumentCompressed()
    {
        await RecordsAreServedAMomentAfterTheyWereTaken();
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/history?until=-1s");
        request.Headers.Add("Accept-Encoding", "gzip");
        var response = await _agent.Client.SendAsync(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(1, (await JsonDocument.ParseAsync(gzip)).RootElement.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task WithoutAHistoryThereIsNone()
    {
        await using var agent = await RunningAgent.OverFixture("linux-6.18");
        var response = await agent.Client.GetAsync("/api/v1/history");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Client.GetAsync("/api/v1/incidents")).StatusCode);
        Assert.Contains("--history.file", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("tcpagent_history", await agent.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }
}
