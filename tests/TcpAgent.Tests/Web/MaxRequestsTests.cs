using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpAgent.Tests.Web;

[Trait("Category", "slow")]
public class MaxRequestsTests
{
    /// <summary>Clients that ask for the large exposition and do not read keep their scrape running, and only theirs.</summary>
    [Fact]
    public async Task AboveTheLimitAScrapeIsTurnedAway()
    {
        const int Limit = 2;
        await using var agent = await RunningAgent.OverFixture("many", Limit);
        var stalled = new List<Socket>();
        try
        {
            HttpStatusCode status = default;
            for (var i = 0; i < 20 && status != HttpStatusCode.ServiceUnavailable; i++)
            {
                stalled.Add(await StalledScrape(agent.Address.Port));
                await Task.Delay(100);
                var response = await agent.Client.GetAsync("/metrics");
                status = response.StatusCode;
                if (status == HttpStatusCode.ServiceUnavailable)
                    Assert.Contains($"reached ({Limit})", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Equal(HttpStatusCode.OK, (await agent.Client.GetAsync("/-/healthy")).StatusCode);

            // One that takes longer than a scraper would wait gives way to one that is waiting.
            for (var i = 0; i < 80 && status == HttpStatusCode.ServiceUnavailable; i++)
            {
                await Task.Delay(200);
                status = (await agent.Client.GetAsync("/metrics")).StatusCode;
            }
            Assert.Equal(HttpStatusCode.OK, status);
        }
        finally
        {
            stalled.ForEach(socket => socket.Dispose());
        }
    }

    static async Task<Socket> StalledScrape(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
        await socket.ConnectAsync(IPAddress.Loopback, port);

        // Pipelined requests for 300 kB each fill the connection's buffers, then the running scrape waits for the client.
        var request = Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        for (var i = 0; i < 40; i++)
            await socket.SendAsync(request);
        return socket;
    }
}
