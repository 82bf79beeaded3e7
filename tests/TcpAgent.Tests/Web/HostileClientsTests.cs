using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Attacks by raw sockets: whoever else scrapes is served all the while, and the sampler goes on.</summary>
[Collection(nameof(Alone))]
public sealed class HostileClientsTests : IAsyncLifetime
{
    RunningAgent _agent = null!;

    int Port => _agent.Address.Port;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture("many");

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task FiveThousandIdleConnectionsKeepNobodyOut()
    {
        var samples = await _agent.Samples();
        var idle = new List<RawHttp>();
        try
        {
            for (var i = 0; i < 5000; i++)
            {
                idle.Add(await RawHttp.Connect(Port, $"127.0.1.{i % 200 + 1}"));
                if (i % 500 == 0)
                    await _agent.AssertServed();
            }
            await _agent.AssertServed();

            // Those in excess are closed, the newest still open.
            var closed = 0;
            for (var i = 0; i < idle.Count - ConnectionLimits.WithClosing(ConnectionLimits.Plain); i++)
                closed += await idle[i].IsClosed(seconds: 5) ? 1 : 0;
            Assert.Equal(idle.Count - ConnectionLimits.WithClosing(ConnectionLimits.Plain), closed);
            Assert.Equal(HttpStatusCode.OK, (await _agent.Client.GetAsync("/metrics")).StatusCode);
            await _agent.SamplesAgain(samples);
        }
        finally
        {
            idle.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task ConnectionsThatWereServedGoLast()
    {
        var known = await RawHttp.Connect(Port);
        await known.Send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith(
            "HTTP/1.1 200", await known.Receive(text => text.Contains("ready", StringComparison.Ordinal)), StringComparison.Ordinal);
        var idle = new List<RawHttp>();
        for (var i = 0; i < 2 * ConnectionLimits.Plain; i++)
            idle.Add(await RawHttp.Connect(Port));
        await _agent.AssertServed();
        await known.Send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith(
            "HTTP/1.1 200", await known.Receive(text => text.Contains("ready", StringComparison.Ordinal)), StringComparison.Ordinal);
        idle.ForEach(one => one.Dispose());
        known.Dispose();
    }

    [Fact]
    [Trait("Category", "slow")]
    public async Task SlowHeadersAreCutOffAfterTenSeconds()
    {
        var samples = await _agent.Samples();
        var slow = new List<RawHttp>();
        for (var i = 0; i < 300; i++)
        {
            slow.Add(await RawHttp.Connect(Port));
            await slow[i].Send("GET /metrics HTTP/1.1\r\nHost: x\r\n");
        }
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(8))
        {
            foreach (var one in slow)
                await one.Send("X");
            await _agent.AssertServed();
            await Task.Delay(500);
        }
        foreach (var one in slow)
            Assert.True(await one.IsClosed(seconds: 8), "a slow client is still connected");
        Assert.True(await _agent.Samples() > samples + 10);
        slow.ForEach(one => one.Dispose());
    }

    /// <summary>How it is cut off in the end, MaxRequestsTests tell.</summary>
    [Fact]
    public async Task ClientsThatStopReadingHinderNobody()
    {
        var samples = await _agent.Samples();
        var deaf = new List<RawHttp>();
        for (var i = 0; i < 10; i++)
        {
            deaf.Add(await RawHttp.Connect(Port, receiveBuffer: 1024));
            for (var j = 0; j < 40; j++)
                await deaf[i].Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 20; i++)
        {
            await _agent.AssertServed();
            await Task.Delay(100);
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 * 1024 * 1024);
        Assert.True(await _agent.Samples() > samples + 5);
        deaf.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task AThousandScrapesAtOnceAreServedOrTurnedAway()
    {
        var samples = await _agent.Samples();
        using var client = _agent.NewClient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            try
            {
                return (await client.GetAsync("/metrics?collect[]=netstat")).StatusCode;
            }
            catch (HttpRequestException)
            {
                // One more than are kept: closed before it had asked.
                return default;
            }
        }));
        Assert.All(
            answers, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable or default(HttpStatusCode)));
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 100, 1000);
        Assert.Equal(HttpStatusCode.OK, (await _agent.Client.GetAsync("/metrics")).StatusCode);
        await _agent.SamplesAgain(samples);
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: x\r\nA: {32768}\r\n\r\n", "HTTP/1.1 431 ")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: x\r\n{100 headers}\r\n", "HTTP/1.1 431 ")]
    [InlineData("GET /{16384} HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 414 ")]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET  /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n", "HTTP/1.1 505 ")]
    [InlineData("GET /metrics%00 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /metrics/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /metrics;a=b HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET //metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /METRICS HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("TRACE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc", "HTTP/1.1 405 ")]
    [InlineData("GET /-/ready HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /-/ready HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 ")]
    [InlineData("GET /-/ready HTTP/1.1\r\nHost: x\r\nAccept: ;;;,,q=x/\r\nRange: bytes=9-1,-,x\r\nAccept-Encoding: gzip;q=\r\n\r\n",
        "HTTP/1.1 200 ")]
    [InlineData("GET /metrics?collect[]=snmp HTTP/1.1\r\nHost: x\r\nAccept: */*;q=NaN, text/plain;version=\"\r\nRange: bytes=0-1\r\n\r\n",
        "HTTP/1.1 200 ")]
    [InlineData("GET /-/ready HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: "
        + "AAMAAABkAAQAAP__\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "")]
    [InlineData("\0\u0016\u0003\u0001", "HTTP/1.1 400 ")]
    public async Task OddRequestsGetTheirAnswer(string request, string answer)
    {
        request = request.Replace("{32768}", new string('a', 32768), StringComparison.Ordinal)
            .Replace("{16384}", new string('a', 16384), StringComparison.Ordinal)
            .Replace("{100 headers}", string.Concat(Enumerable.Range(0, 100).Select(i => $"A{i}: b\r\n")), StringComparison.Ordinal);
        using var raw = await RawHttp.Connect(Port);
        try
        {
            await raw.Send(request.Length < 5 ? request + "\r\n\r\n" : request);
        }
        catch (SocketException)
        {
            // It answered before all was sent.
        }
        Assert.StartsWith(answer, await raw.Receive(text => text.Contains("\r\n\r\n", StringComparison.Ordinal)), StringComparison.Ordinal);
        await _agent.AssertServed();
    }

    [Fact]
    public async Task PipelinedRequestsAreAnsweredInOrder()
    {
        using var raw = await RawHttp.Connect(Port);
        await raw.Send(string.Concat(Enumerable.Range(0, 200).Select(i =>
            $"GET {(i % 2 == 0 ? "/-/ready" : "/nope")} HTTP/1.1\r\nHost: x\r\n{(i == 199 ? "Connection: close\r\n" : "")}\r\n")));
        var statuses = (await raw.Receive(_ => false)).Split("HTTP/1.1 ").Skip(1).Select(one => one[..3]).ToArray();
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? "200" : "404"), statuses);
    }
}
