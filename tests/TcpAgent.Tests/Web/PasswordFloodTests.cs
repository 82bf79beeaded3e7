using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Guessers against the real server, whose passwords nobody has been checked for yet, as after a restart.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "slow")]
public class PasswordFloodTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(12, false)]
    public async Task ARightPasswordIsServedWithinAScrapesTenSeconds(int addresses, bool keepsConnection)
    {
        var hash = Bcrypt.Hash("secret"u8, "$2b$10$X0h1gDsPszWURQaxFh.zou");
        using var folder = new WebFolder($"basic_auth_users:\n  prometheus: {hash}\n");
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "http");
        using var stop = new CancellationTokenSource();
        var guesses = 0;
        var guessers = Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            // One address is the scraper's own.
            var from = addresses == 1 ? "127.0.0.1" : $"127.0.3.{i % addresses + 1}";
            RawHttp? raw = null;
            while (!stop.IsCancellationRequested)
                try
                {
                    raw ??= await RawHttp.Connect(agent.Address.Port, from);
                    var guess = Convert.ToBase64String(Encoding.ASCII.GetBytes($"prometheus:{Interlocked.Increment(ref guesses)}"));
                    await raw.Send($"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {guess}\r\n\r\n");
                    var answer = await raw.Receive(text => text.Contains("\r\n\r\n", StringComparison.Ordinal), seconds: 15);
                    if (keepsConnection && answer.Length > 0)
                        continue;
                    raw.Dispose();
                    raw = null;
                }
                catch (SocketException)
                {
                    raw?.Dispose();
                    raw = null;
                }
            raw?.Dispose();
        })).ToArray();
        try
        {
            await Task.Delay(2000);
            var clock = Stopwatch.StartNew();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.Authorization = new("Basic", Convert.ToBase64String("prometheus:secret"u8));
            Assert.Equal(HttpStatusCode.OK, (await agent.Client.SendAsync(request)).StatusCode);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(guessers).WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
