using Microsoft.AspNetCore.Http;
using TcpAgent.System;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Under which names the agent may be asked: a page of another site has another name for this host.</summary>
public class AllowedHostsTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.0.2.7:10793", true)]
    [InlineData("[::1]:10793", true)]
    [InlineData("[fe80::1]", true)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:80", true)]
    [InlineData("agent.localhost", true)]
    [InlineData("web1", true)]
    [InlineData("Web1.:10793", true)]
    [InlineData("", true)]
    [InlineData("monitoring.example.com", true)]
    [InlineData("a.internal.example.com", true)]
    [InlineData("internal.example.com", false)]
    [InlineData("attacker.example", false)]
    [InlineData("attacker.example:10793", false)]
    [InlineData("web1.attacker.example", false)]
    [InlineData("localhost.attacker.example", false)]
    [InlineData("127.0.0.1.attacker.example", false)]
    [InlineData("xinternal.example.com", false)]
    [InlineData("tcp-agent:10793", true)]
    [InlineData("x.xlocalhost", false)]
    [InlineData("a.monitoring.example.com", false)]
    public void OnlyThisHostsOwnAndThoseThatAreAllowed(string host, bool isAllowed) => Assert.Equal(
        isAllowed,
        new AllowedHosts(["web1"], ["monitoring.example.com", "*.internal.example.com"]).Includes(new HostString(host)));

    [Fact]
    public void AStarAllowsAll() => Assert.True(new AllowedHosts([], ["*"]).Includes(new HostString("anything.example")));

    [Fact]
    public void TheHostsOwnNamesAreThoseOfItsFiles()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("resolv.conf"), "# x\nnameserver 192.0.2.53\nsearch prod.example.com. example.com\n");
        File.WriteAllText(
            folder.File("hosts"), "127.0.0.1 localhost\n127.0.1.1 web1.site.example web1 # web9\n192.0.2.9\tweb2.example web2\n");
        Assert.Equal(
            ["web1", "web1.prod.example.com", "web1.example.com", "web1.site.example"],
            HostNames.Own("web1", folder.File("resolv.conf"), folder.File("hosts")));
        Assert.Equal(["web1.x", "web1"], HostNames.Own("web1.x", "/nonexistent", "/tmp"));
    }

    [Fact]
    public async Task ThePageAndTheApiNeedAnAllowedNameAndAScrapeDoesNot()
    {
        await using var agent = await RunningAgent.OverFixture("linux-6.18");
        foreach (var path in (string[])["/", "/page/page.js", "/api/v1/why", "/api/v1/live", "/api/v1/history", "/api/v1/incidents"])
        {
            Assert.StartsWith("HTTP/1.1 421 ", await Ask(agent, path, "attacker.example"), StringComparison.Ordinal);
            foreach (var host in (string[])["127.0.0.1", $"localhost:{agent.Address.Port}", Environment.MachineName])
                Assert.DoesNotContain("HTTP/1.1 421 ", await Ask(agent, path, host), StringComparison.Ordinal);
        }
        foreach (var path in (string[])["/metrics", "/-/healthy", "/-/ready"])
        {
            Assert.StartsWith("HTTP/1.1 200 ", await Ask(agent, path, "tcp-agent.monitoring.svc"), StringComparison.Ordinal);

            // A browser that was led here by another site's name.
            foreach (var header in (string[])["Accept-Language: en", "Referer: http://attacker.example/", "Origin: http://attacker.example",
                "Sec-Fetch-Site: same-origin"])
                Assert.StartsWith("HTTP/1.1 421 ", await Ask(agent, path, "attacker.example", header), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200 ", await Ask(agent, path, "localhost", "Accept-Language: en"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoAnswerIsForAnotherSiteAndNoneOfWhatChangesIsKept()
    {
        await using var agent = await RunningAgent.OverFixture("linux-6.18");
        foreach (var path in (string[])["/", "/page/page.js", "/metrics", "/api/v1/why", "/api/v1/live", "/-/healthy", "/nope"])
        {
            var response = await agent.Client.GetAsync(path);
            Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            Assert.Equal(path is "/" or "/page/page.js" ? "no-cache" : "no-store", response.Headers.CacheControl!.ToString());
        }
    }

    static async Task<string> Ask(RunningAgent agent, string path, string host, string? header = null)
    {
        using var raw = await RawHttp.Connect(agent.Address.Port);
        await raw.Send($"GET {path} HTTP/1.1\r\nHost: {host}\r\n{(header is null ? "" : $"{header}\r\n")}Connection: close\r\n\r\n");
        return await raw.Receive(_ => false);
    }
}
