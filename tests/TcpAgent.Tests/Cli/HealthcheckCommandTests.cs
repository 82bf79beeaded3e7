using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

[Collection("console")]
public class HealthcheckCommandTests
{
    [Fact]
    public async Task AnAgentOnTimeIsHealthyAndOneThatIsGoneIsNot()
    {
        int port;
        await using (var agent = await RunningAgent.OverFixture("linux-6.18"))
        {
            port = agent.Address.Port;
            var (code, output, silence) = CommandLineTests.Run("healthcheck", $"--web.listen-address=127.0.0.1:{port}");
            Assert.Equal((0, ""), (code, silence));
            Assert.Matches(@"^healthy \(sample 0\.\d s old\)\n$", output);
        }
        var (exit, _, error) = CommandLineTests.Run("healthcheck", $"--web.listen-address=127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Equal($"tcp-agent: no agent answers at 127.0.0.1:{port}: Connection refused\n", error);
    }

    [Fact]
    public async Task AnAgentThatServesByTlsIsAskedByTls()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        Assert.Equal(
            0, await HealthcheckCommand.Run(new IPEndPoint(IPAddress.Loopback, agent.Address.Port), TimeSpan.FromSeconds(10),
                CancellationToken.None));
    }

    [Theory]
    [InlineData("TLS12")]
    [InlineData("TLS13")]
    public async Task AnAgentThatWantsToKnowWhoAsksIsHealthy(string version)
    {
        using var ca = WebFolder.Authority("clients");
        using var folder = new WebFolder(
            $"{WebFolder.TlsSection}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  min_version: {version}\n "
            + $" max_version: {version}\n");
        folder.Write("ca.crt", ca.ExportCertificatePem());
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        Assert.Equal(
            0, await HealthcheckCommand.Run(new IPEndPoint(IPAddress.Loopback, agent.Address.Port), TimeSpan.FromSeconds(10),
                CancellationToken.None));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nTcpAgent is healthy.\n", 0)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\nThe sampler is stuck.\n", 1)]
    [InlineData("HTTP/1.1 401 Unauthorized\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\n\r\n", 0)]
    [InlineData("", 1)]
    [InlineData("200", 1)]
    public async Task OnlyAnAgentThatIsWellOrAsksForAPasswordOrForPatienceIsHealthy(string answer, int expected)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var served = Task.Run(async () =>
        {
            using var client = await server.AcceptSocketAsync();
            var buffer = new byte[1024];
            await client.ReceiveAsync(buffer);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer));
        });
        Assert.Equal(
            expected, await HealthcheckCommand.Run((IPEndPoint)server.LocalEndpoint, TimeSpan.FromSeconds(2), CancellationToken.None));
        await served;
    }

    [Fact]
    public async Task ASilentServerIsNotWaitedForLongerThanTheTimeout()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Assert.Equal(
            1, await HealthcheckCommand.Run((IPEndPoint)server.LocalEndpoint, TimeSpan.FromMilliseconds(200), CancellationToken.None));
    }

    [Fact]
    public async Task AnAddressThatIsNotThisHostsIsNeverConnectedTo()
    {
        // TEST-NET-1, RFC 5737: bind(2) refuses it before anything is sent.
        var started = DateTime.UtcNow;
        Assert.Equal(
            1, await HealthcheckCommand.Run(new(IPAddress.Parse("192.0.2.1"), 80), TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.True(DateTime.UtcNow - started < TimeSpan.FromSeconds(5));
    }
}
