using System.Globalization;
using System.IO.Compression;
using System.Net;

namespace TcpAgent.Tests.Web;

/// <summary>The real server over a fixture, by a real client.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    RunningAgent _agent = null!;

    HttpClient Client => _agent.Client;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture("linux-6.18");

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task MetricsAreTextUnlessOpenMetricsIsAskedFor()
    {
        var response = await Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("Accept, Accept-Encoding", response.Headers.Vary.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("\ntcpagent_tcp_listen_overflows_total 176\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", text, StringComparison.Ordinal);

        var openMetrics = await Send("/metrics", accept: "application/openmetrics-text;version=1.0.0");
        Assert.StartsWith(
            "application/openmetrics-text; version=1.0.0", openMetrics.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", await openMetrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GzipIsTheSameTextCompressed()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/metrics?collect[]=netstat");
        request.Headers.Add("Accept-Encoding", "gzip");
        var response = await Client.SendAsync(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        Assert.Equal(await Client.GetStringAsync("/metrics?collect[]=netstat"), await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task CollectKeepsAndExcludeLeavesOut()
    {
        var some = await Client.GetStringAsync("/metrics?collect[]=conntrack&collect[]=softnet");
        Assert.Contains("tcpagent_conntrack_entries ", some, StringComparison.Ordinal);
        Assert.Contains("tcpagent_softnet_processed_total", some, StringComparison.Ordinal);
        Assert.DoesNotContain("tcpagent_tcp_listen_drops_total", some, StringComparison.Ordinal);
        var rest = await Client.GetStringAsync("/metrics?exclude[]=conntrack");
        Assert.DoesNotContain("tcpagent_conntrack_entries ", rest, StringComparison.Ordinal);
        Assert.Contains("tcpagent_tcp_listen_drops_total", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/metrics?collect[]=bogus", "missing collector: bogus")]
    [InlineData("/metrics?exclude[]=", "missing collector: ")]
    [InlineData("/metrics?collect[]=snmp&exclude[]=netstat", "cannot be used together")]
    public async Task AFilterThatMakesNoSenseIsABadRequest(string path, string message)
    {
        var response = await Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task OnlyGetAndHeadAreServed(string method)
    {
        var response = await Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/metrics"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("GET, HEAD", response.Content.Headers.Allow.ToString());
    }

    [Fact]
    public async Task HeadHasHeadersAndNoBody()
    {
        var response = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK, "<a href=\"metrics\">")]
    [InlineData("/-/healthy", HttpStatusCode.OK, "healthy")]
    [InlineData("/-/ready", HttpStatusCode.OK, "ready")]
    [InlineData("/metrics/", HttpStatusCode.NotFound, "Not found")]
    [InlineData("/../etc/passwd", HttpStatusCode.NotFound, "Not found")]
    [InlineData("/%2e%2e/proc", HttpStatusCode.NotFound, "Not found")]
    public async Task PathsAreWhatTheyAre(string path, HttpStatusCode status, string body)
    {
        var response = await Client.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(body, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task TheSampleMovesOnBetweenScrapes()
    {
        var first = await Series("tcpagent_samples_total");
        await Task.Delay(500);
        Assert.True(await Series("tcpagent_samples_total") > first);
    }

    [Fact]
    public async Task ParallelScrapesAreAllWhole()
    {
        var bodies = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Client.GetStringAsync("/metrics")));
        Assert.All(bodies, body => Assert.EndsWith("\n", body, StringComparison.Ordinal));
        Assert.All(bodies, body => Assert.Equal(1, Count(body, "# TYPE tcpagent_tcp_listen_drops_total ")));
    }

    [Fact]
    public async Task ASourceThatVanishesIsWithdrawnAndComesBack()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-");
        try
        {
            var net = folder.CreateSubdirectory("net");
            File.Copy(Path.Combine(Fixtures.Proc("linux-6.1"), "net", "netstat"), Path.Combine(net.FullName, "netstat"));
            File.Copy(Path.Combine(Fixtures.Proc("linux-6.1"), "net", "snmp"), Path.Combine(net.FullName, "snmp"));
            await using var agent = await RunningAgent.Start(folder.FullName, folder.FullName);
            await agent.Until(body => body.Contains("\ntcpagent_tcp_listen_drops_total 1197\n", StringComparison.Ordinal));
            File.Move(Path.Combine(net.FullName, "netstat"), Path.Combine(net.FullName, "away"));
            await agent.Until(body => !body.Contains("\ntcpagent_tcp_listen_drops_total ", StringComparison.Ordinal)
                && body.Contains("source_mode{source=\"netstat\",mode=\"failed\"} 1\n", StringComparison.Ordinal)
                && body.Contains("\ntcpagent_tcp_retransmitted_segments_total 56861\n", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.Combine(net.FullName, "netstat"));
            await agent.Until(body => body.Contains("tcpagent_source_success{source=\"netstat\"} 0\n", StringComparison.Ordinal)
                && body.Contains("tcpagent_source_error{source=\"netstat\",reason=\"", StringComparison.Ordinal)
                && body.Contains("\ntcpagent_tcp_retransmitted_segments_total 56861\n", StringComparison.Ordinal));
            Directory.Delete(Path.Combine(net.FullName, "netstat"));
            File.Move(Path.Combine(net.FullName, "away"), Path.Combine(net.FullName, "netstat"));
            await agent.Until(body => body.Contains("\ntcpagent_tcp_listen_drops_total 1197\n", StringComparison.Ordinal)
                && !body.Contains("tcpagent_source_error{source=\"netstat\"", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    async Task<double> Series(string name)
    {
        var line = (await Client.GetStringAsync("/metrics")).Split('\n')
            .Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    static int Count(string text, string part) => text.Split(part).Length - 1;

    Task<HttpResponseMessage> Send(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        Assert.True(request.Headers.TryAddWithoutValidation("Accept", accept));
        return Client.SendAsync(request);
    }
}
