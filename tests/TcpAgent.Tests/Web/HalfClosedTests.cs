using System.Net;
using System.Net.Sockets;

namespace TcpAgent.Tests.Web;

/// <summary>Clients that close their sending side once they have asked, as `nc -N` does.</summary>
public sealed class HalfClosedTests : IAsyncLifetime
{
    RunningAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture("many");

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/-/healthy")]
    [InlineData("/")]
    [InlineData("/api/v1/live")]
    public async Task TheyGetTheirWholeAnswerAndTheConnectionIsClosed(string path)
    {
        for (var i = 0; i < 25; i++)
        {
            using var raw = await RawHttp.Connect(_agent.Address.Port);
            await raw.Send($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            raw.Socket.Shutdown(SocketShutdown.Send);
            var answer = await raw.Receive(_ => false);
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            var length = answer.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal));
            Assert.Equal(length, $"Content-Length: {answer.Length - end}");
        }
    }

    /// <summary>It has gone, and nobody waits for it.</summary>
    [Fact]
    public async Task AClientThatResetsItsConnectionIsNotAnswered()
    {
        for (var i = 0; i < 200; i++)
        {
            var raw = await RawHttp.Connect(_agent.Address.Port, receiveBuffer: 1024);
            await raw.Send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            raw.Socket.LingerState = new LingerOption(true, 0);
            raw.Dispose();
        }
        await _agent.AssertServed();
        using var client = _agent.NewClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/metrics")).StatusCode);
    }
}
