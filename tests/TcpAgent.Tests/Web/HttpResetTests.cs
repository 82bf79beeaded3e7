using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Web;

/// <summary>HTTP/2 clients that reset each stream as soon as they have opened it: the server logs an error for many of them.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "slow")]
public class HttpResetTests
{
    const int Seconds = 4;

    [Fact]
    public async Task ResetsMakeFewLinesAndTheRestIsCounted()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        var before = await Lines(agent);
        var samples = await agent.Samples();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Reset(agent.Address.Port, stop.Token))));
        await agent.AssertServed();
        Assert.True(await agent.Samples() > samples + Seconds / 2);

        // Of each of a few kinds of errors and warnings.
        Assert.InRange(await Lines(agent) - before, 0, 3 * (LineLimiter.Burst + (Seconds + 10) * LineLimiter.PerSecond));
    }

    static async Task<double> Lines(RunningAgent agent)
    {
        var lines = 0.0;
        foreach (var line in (await agent.Client.GetStringAsync("/metrics?collect[]=agent")).Split('\n'))
            if (line.StartsWith("tcpagent_log_lines_total{level=\"error\"}", StringComparison.Ordinal)
                || line.StartsWith("tcpagent_log_lines_total{level=\"warn\"}", StringComparison.Ordinal))
                lines += double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        return lines;
    }

    static async Task Reset(int port, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                await using var stream = new SslStream(new NetworkStream(socket));
                await stream.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = "one",
                        ApplicationProtocols = [SslApplicationProtocol.Http2],
                        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                    }, stop);
                await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [])], stop);
                for (var id = 1; id < 20_000; id += 100)
                {
                    var frames = new List<byte>();
                    for (var i = id; i < id + 100; i += 2)
                        frames.AddRange([.. Frame(1, 5, i, Headers()), .. Frame(3, 0, i, [0, 0, 0, 8])]);
                    await stream.WriteAsync(frames.ToArray(), stop);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The server has had enough of this connection, or the time is up.
            }
    }

    /// <summary>GET https://x/metrics by the static table of HPACK.</summary>
    static byte[] Headers() => [0x82, 0x87, 0x04, 8, .. Encoding.ASCII.GetBytes("/metrics"), 0x41, 1, (byte)'x'];

    static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [0, 0, (byte)payload.Length, type, flags, 0, 0, (byte)(stream >> 8), (byte)stream, .. payload];
}
