using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TcpAgent.Tests.Web;

/// <summary>Real handshakes with the real server.</summary>
public class TlsTests
{
    const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    static async Task<SslStream> Connect(RunningAgent agent, SslProtocols versions = SslProtocols.None, X509Certificate2? client = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, agent.Address.Port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "one",
                EnabledSslProtocols = versions,
                ClientCertificates = client is null ? null : [client],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The status line; "" when the connection was refused at the handshake, or just after it as TLS 1.3 has it.</summary>
    static async Task<string> Get(RunningAgent agent, SslProtocols versions = SslProtocols.None, X509Certificate2? client = null)
    {
        try
        {
            await using var stream = await Connect(agent, versions, client);
            return await Get(stream);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return "";
        }
    }

    static async Task<string> Get(SslStream stream)
    {
        await stream.WriteAsync("GET /-/ready HTTP/1.1\r\nHost: one\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        return Encoding.ASCII.GetString(buffer, 0, read).Split("\r\n")[0];
    }

    [Fact]
    public async Task VersionsBelow12AreRefused()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        Assert.Equal("HTTP/1.1 200 OK", await Get(agent, SslProtocols.Tls12));
        Assert.Equal("HTTP/1.1 200 OK", await Get(agent, SslProtocols.Tls13));
        foreach (var minor in (byte[])[0, 1, 2])
        {
            // A ClientHello of SSL 3.0, TLS 1.0 and 1.1 by hand: today's libraries do not send one any more.
            byte[] body = [3, minor, .. new byte[32], 0, 0, 4, 0xc0, 0x09, 0x00, 0x2f, 1, 0];
            byte[] hello = [22, 3, minor, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
            using var raw = await RawHttp.Connect(agent.Address.Port);
            await raw.Send(hello);
            var answer = await raw.Receive(_ => false);
            Assert.True(answer.Length == 0 || answer[0] == 21, "the answer is not an alert");
        }
    }

    [Fact]
    public async Task OnlyTheVersionsAndSuitesOfTheFileAreOffered()
    {
        using var folder = new WebFolder(
            $"{WebFolder.TlsSection}  max_version: TLS12\n  cipher_suites: "
            + "[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\nhttp_server_config: {http2: false}\n");
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        await using (var stream = await Connect(agent))
        {
            Assert.Equal(SslProtocols.Tls12, stream.SslProtocol);
            Assert.Equal(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, stream.NegotiatedCipherSuite);
        }
        Assert.Equal("", await Get(agent, SslProtocols.Tls13));
        Assert.Equal(HttpVersion.Version11, await Version(agent));

        // For the next connection the next file counts.
        folder.Replace("web.yml", $"{WebFolder.TlsSection}  min_version: TLS13\n");
        Assert.Equal("", await Get(agent, SslProtocols.Tls12));
        Assert.Equal(HttpVersion.Version20, await Version(agent));
    }

    static async Task<Version> Version(RunningAgent agent)
    {
        using var client = agent.NewClient();
        using var request =
            new HttpRequestMessage(HttpMethod.Get, "/")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower
            };
        return (await client.SendAsync(request)).Version;
    }

    [Fact]
    public async Task AReplacedCertificateIsServedToTheNextConnectionAndOpenOnesLiveOn()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var one = folder.WriteServerCertificate("one");
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        await using var old = await Connect(agent);
        Assert.Equal("CN=one", old.RemoteCertificate!.Subject);
        Assert.Equal("HTTP/1.1 200 OK", await Get(old));

        for (var i = 0; i < 5; i++)
        {
            using var next = folder.WriteServerCertificate($"next{i}");
            await using var fresh = await Connect(agent);
            Assert.Equal($"CN=next{i}", fresh.RemoteCertificate!.Subject);
        }
        Assert.Equal("HTTP/1.1 200 OK", await Get(old));

        // A key that is not the certificate's: the pair of before goes on.
        File.Copy(folder.PathOf("server.key"), folder.PathOf("kept"));
        using (var other = WebFolder.Issue("other", issuer: null))
            folder.Replace("server.key", other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using (var fresh = await Connect(agent))
            Assert.Equal("CN=next4", fresh.RemoteCertificate!.Subject);
        await agent.Until(text => text.Contains("\ntcpagent_web_config_last_reload_successful 0\n", StringComparison.Ordinal));
        File.Move(folder.PathOf("kept"), folder.PathOf("server.key"), overwrite: true);
        await agent.Until(text => text.Contains("\ntcpagent_web_config_last_reload_successful 1\n", StringComparison.Ordinal));
        Assert.Equal("HTTP/1.1 200 OK", await Get(old));
    }

    [Theory]
    [InlineData("RequestClientCert", true, true, true)]
    [InlineData("RequireAnyClientCert", false, true, true)]
    [InlineData("VerifyClientCertIfGiven", true, false, true)]
    [InlineData("RequireAndVerifyClientCert", false, false, true)]
    public async Task ClientsAreAskedForCertificatesByThePolicy(string policy, bool none, bool foreign, bool good)
    {
        using var ca = WebFolder.Authority("clients");
        using var folder = new WebFolder($"{WebFolder.TlsSection}  client_auth_type: {policy}\n  client_ca_file: ca.crt\n");
        folder.Write("ca.crt", ca.ExportCertificatePem());
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");
        using var stranger = WebFolder.Issue("stranger", issuer: null, ClientAuthentication);
        using var known = WebFolder.Issue("known", ca, ClientAuthentication);
        using var server = WebFolder.Issue("server", ca, ServerAuthentication);
        using var expired = WebFolder.Issue("expired", ca, ClientAuthentication, days: 0);
        foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            Assert.Equal(none, await Get(agent, version) != "");
            Assert.Equal(foreign, await Get(agent, version, stranger) != "");
            Assert.Equal(foreign, await Get(agent, version, server) != "");
            Assert.Equal(foreign, await Get(agent, version, expired) != "");
            Assert.Equal(good, await Get(agent, version, known) != "");
        }
    }

    [Fact]
    public async Task AClientNeedsOneOfTheAllowedNames()
    {
        using var ca = WebFolder.Authority("clients");
        using var folder = new WebFolder(
            $"{WebFolder.TlsSection}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
            + "  client_allowed_sans: [prometheus.example, 192.0.2.7, \"2001:db8::7\", ops@example.org, \"spiffe://example/scraper\"]\n");
        folder.Write("ca.crt", ca.ExportCertificatePem());
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.StartWith(folder.ConfigFile, "https");

        async Task<bool> Lets(string name, Action<SubjectAlternativeNameBuilder>? names = null)
        {
            using var client = WebFolder.Issue(name, ca, ClientAuthentication, names: names);
            return await Get(agent, client: client) != "";
        }
        Assert.True(await Lets("prometheus.example"));
        Assert.True(await Lets("x", names => names.AddIpAddress(IPAddress.Parse("192.0.2.7"))));
        Assert.True(await Lets("x", names => names.AddIpAddress(IPAddress.Parse("2001:db8::7"))));
        Assert.True(await Lets("x", names => names.AddEmailAddress("ops@example.org")));
        Assert.True(await Lets("x", names => names.AddUri(new Uri("spiffe://example/scraper"))));
        Assert.True(await Lets("x", names => { names.AddUserPrincipalName("u@x"); names.AddDnsName("prometheus.example"); }));
        Assert.False(await Lets("x"));
        Assert.False(await Lets("prometheus.example.org"));
        Assert.False(await Lets("x", names => names.AddUserPrincipalName("ops@example.org")));
        Assert.False(await Lets("x", names => names.AddIpAddress(IPAddress.Parse("192.0.2.8"))));
    }
}
