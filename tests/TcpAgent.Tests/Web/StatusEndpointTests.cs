using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>/api/v1/status is for who is on the host.</summary>
public class StatusEndpointTests
{
    static async Task<(int Status, string Body)> Get(string? client, string server)
    {
        var endpoint = new StatusEndpoint(
            new AgentFacts("1.2", "abc", DateTimeOffset.UnixEpoch, [("--log.level", "debug", "flag")], () => ["level=info msg=hello"]),
            new ManualTime());
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = client is null ? null : IPAddress.Parse(client);
        context.Connection.LocalIpAddress = IPAddress.Parse(server);
        using var body = new MemoryStream();
        context.Response.Body = body;
        await endpoint.Serve(context);
        await context.Response.CompleteAsync();
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public async Task AClientOnTheHostHasFlagsAndLogLines(string? client, string server)
    {
        var (status, body) = await Get(client, server);
        Assert.Equal(200, status);
        var root = JsonDocument.Parse(body).RootElement;
        Assert.Equal("1.2", root.GetProperty("agent").GetString());
        Assert.Equal("debug", root.GetProperty("flags")[0].GetProperty("value").GetString());
        Assert.Equal("level=info msg=hello", root.GetProperty("log")[0].GetString());
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.1")]
    [InlineData("2001:db8::2", "2001:db8::1")]
    public async Task AClientOfAnotherHostIsRefused(string client, string server)
    {
        var (status, body) = await Get(client, server);
        Assert.Equal(403, status);
        Assert.DoesNotContain("hello", body, StringComparison.Ordinal);
    }
}
