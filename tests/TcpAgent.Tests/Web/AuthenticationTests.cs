using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace TcpAgent.Tests.Web;

/// <summary>The real server behind passwords, headers and a limit.</summary>
public class AuthenticationTests
{
    const string Users = $"basic_auth_users:\n  alice: {WebFolder.SecretHash}\n";

    static readonly AuthenticationHeaderValue s_alice = new("Basic", Convert.ToBase64String("alice:secret"u8));

    [Fact]
    public async Task WithoutCredentialsEveryPathAndMethodIs401()
    {
        using var folder = new WebFolder($"{Users}http_server_config:\n  headers:\n    X-Frame-Options: deny\n");
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        string[] paths = [
            "/", "/metrics", "/metrics?collect[]=bogus", "/api/v1/why", "/-/healthy", "/-/ready", "/healthz", "/readyz", "/nope",
            "/metrics/", "/%2e%2e/"];
        foreach (var path in paths)
            foreach (var method in (string[])["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
            {
                var response = await agent.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {response.StatusCode}");
                Assert.Equal("Basic realm=\"tcp-agent\", charset=\"UTF-8\"", response.Headers.WwwAuthenticate.ToString());
                Assert.Equal("deny", response.Headers.GetValues("X-Frame-Options").Single());
            }
        foreach (var line in (string[])["OPTIONS * HTTP/1.1", "CONNECT metrics:80 HTTP/1.1", "GET http://other/metrics HTTP/1.1",
            "GET /../../metrics HTTP/1.0", "GET // HTTP/1.1", "GET //metrics HTTP/1.1"])
        {
            using var one = await RawHttp.Connect(agent.Address.Port);
            await one.Send(
                $"{line}\r\nHost: {(line.Contains("other", StringComparison.Ordinal) ? "other" : "metrics:80")}\r\nConnection: "
                + "close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 401 ", await one.Receive(_ => false), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithThemEveryPathIsAsWithoutAFile()
    {
        using var folder = new WebFolder(Users);
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        agent.Client.DefaultRequestHeaders.Authorization = s_alice;
        Assert.Contains("tcpagent_tcp_listen_drops_total", await agent.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Client.GetAsync("/nope")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await agent.Client.PostAsync("/metrics", null)).StatusCode);
        agent.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("alice:Secret"u8));
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/metrics")).StatusCode);
        agent.Client.DefaultRequestHeaders.Authorization = new(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{WebFolder.SecretHash}")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/metrics")).StatusCode);
    }

    /// <summary>A check at cost 31 takes days: nothing but a password is to wait for one.</summary>
    [Fact]
    public async Task TheHighestCostKeepsNobodyFromStarting()
    {
        using var folder = new WebFolder(
            $"basic_auth_users:\n  alice: {WebFolder.SecretHash.Replace("$04$", "$31$", StringComparison.Ordinal)}\n");
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task AboveTheLimitEveryRequestIs429WithATimeToWait()
    {
        using var folder = new WebFolder($"{Users}rate_limit:\n  interval: 1h\n  burst: 4\n");
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        HttpResponseMessage response;
        var allowed = 0;
        do
            response = await agent.Client.GetAsync("/metrics");
        while (response.StatusCode == HttpStatusCode.Unauthorized && ++allowed < 10);
        Assert.InRange(allowed, 1, 3);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(int.Parse(response.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 3500, 3600);
    }

    [Fact]
    public async Task ABadFileLeavesTheOldOneInForceAndTheMetricSaysSo()
    {
        using var folder = new WebFolder(Users);
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        agent.Client.DefaultRequestHeaders.Authorization = s_alice;
        await agent.Until(text => text.Contains("\ntcpagent_web_config_last_reload_successful 1\n", StringComparison.Ordinal));

        foreach (var bad in (string[])["basic_auth_users:\n  alice: secret\n", "{", "unknown: 1\n",
            "tls_server_config: {cert_file: x, key_file: y}\n"])
        {
            folder.Replace("web.yml", bad);
            await agent.Until(text => text.Contains("\ntcpagent_web_config_last_reload_successful 0\n", StringComparison.Ordinal));
            using var nobody = agent.NewClient();
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/metrics")).StatusCode);
        }
        File.Delete(folder.ConfigFile);
        Assert.Equal(HttpStatusCode.OK, (await agent.Client.GetAsync("/")).StatusCode);

        // The next request after a change is served by it.
        folder.Replace("web.yml", Users.Replace("alice", "bob", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/")).StatusCode);
        agent.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("bob:secret"u8));
        await agent.Until(text => text.Contains("\ntcpagent_web_config_last_reload_successful 1\n", StringComparison.Ordinal));

        // Written in place, twice within the granularity of file times.
        for (var i = 0; i < 20; i++)
        {
            folder.Write("web.yml", $"http_server_config: {{headers: {{X-XSS-Protection: \"{i % 10}\"}}}}\n");
            await agent.Client.GetAsync("/");
        }
        await Task.Delay(30);
        Assert.Equal("9", (await agent.Client.GetAsync("/")).Headers.GetValues("X-XSS-Protection").Single());
    }

    [Fact]
    public async Task WithoutAFileThereIsNoSuchMetric()
    {
        await using var agent = await RunningAgent.StartWith(webConfigFile: null, "http");
        Assert.DoesNotContain("tcpagent_web_config", await agent.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }
}
