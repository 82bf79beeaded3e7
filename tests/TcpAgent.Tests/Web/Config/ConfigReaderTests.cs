using System.Net.Security;
using System.Security.Authentication;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Web.Config;

/// <summary>A file each for what is accepted and what is not; a bad one says at its end what must be said of it, and where.</summary>
public class ConfigReaderTests
{
    static string Folder => Repo.Path("tests", "fixtures", "web-config");

    public static TheoryData<string> Good => Files("*.good.yml");

    public static TheoryData<string> Bad => Files("*.bad.yml");

    static TheoryData<string> Files(string pattern) =>
        [.. Directory.GetFiles(Folder, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static (WebConfig? Config, ConfigReport Findings, string Text) Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder, name));
        var findings = new ConfigReport(name);
        return (ConfigReader.Read(text, findings), findings, text);
    }

    static string[] Comments(string text, string word) =>
        [.. text.Split('\n').Where(line => line.StartsWith($"# {word} ", StringComparison.Ordinal)).Select(line =>
            line[(word.Length + 3)..])];

    [Theory]
    [MemberData(nameof(Good))]
    public void AGoodFileIsReadWithTheWarningsItNames(string name)
    {
        var (config, findings, text) = Read(name);
        Assert.Equal([], findings.Problems.ToArray());
        Assert.NotNull(config);
        Assert.Equal(
            Comments(text, "warns").Select(warning => $"{name}:{warning}"),
            findings.Warnings.ToArray().Select(warning => warning.ToString()));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void ABadFileIsRefusedAndEachProblemToldWithItsPlace(string name)
    {
        var (config, findings, text) = Read(name);
        Assert.Null(config);
        var problems = findings.Problems.ToArray().Select(problem => problem.ToString()).ToArray();
        var expected = Comments(text, "expect");
        Assert.True(expected.Length == problems.Length, string.Join("\n", problems));
        foreach (var one in expected)
            Assert.Contains(problems, problem => char.IsAsciiDigit(one[0])
                ? problem.StartsWith($"{name}:{one}", StringComparison.Ordinal)
                : problem.StartsWith($"{name}:", StringComparison.Ordinal) && problem.Contains(one, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryKeyIsRead()
    {
        var config = Read("everything.good.yml").Config!;
        var tls = config.Tls!;
        Assert.Equal(("cert_file", "server.crt", true), (tls.Certificate.Key, tls.Certificate.Text, tls.Certificate.IsFile));
        Assert.Equal(("key_file", "server.key", true), (tls.Key.Key, tls.Key.Text, tls.Key.IsFile));
        Assert.Equal(("client_ca_file", "ca.crt", true), (tls.ClientCa!.Key, tls.ClientCa.Text, tls.ClientCa.IsFile));
        Assert.Equal(ClientAuth.RequireAndVerifyClientCert, tls.ClientAuth);
        Assert.Equal(["prometheus.example", "192.0.2.1", "ops@prometheus.example", "spiffe://example/prometheus"], tls.AllowedSans);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, tls.Versions);
        Assert.Equal(
            [
                TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
                TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            ],
            tls.CipherSuites!);
        Assert.True(config.Http2);
        Assert.Equal(
            ["Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection", "Strict-Transport-Security"],
            config.Headers.Select(header => header.Key));
        Assert.Equal("1; mode=block", config.Headers[3].Value);
        Assert.Equal(["alice"], config.Users.Keys);
        Assert.Equal(new RateLimit(TimeSpan.FromSeconds(1), 20), config.RateLimit);
    }

    [Fact]
    public void WhatIsLeftOutHasTheFormatsDefaults()
    {
        Assert.Same(WebConfig.Empty, Read("empty.good.yml").Config);
        var config = Read("no-client-ca.good.yml").Config!;
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, config.Tls!.Versions);
        Assert.Null(config.Tls.CipherSuites);
        Assert.True(config.Http2);
        Assert.Empty(config.Headers);
        Assert.Empty(config.Users);
        Assert.Null(config.RateLimit);
        Assert.Equal(SslProtocols.Tls13, Read("flow-style.good.yml").Config!.Tls!.Versions);
        Assert.False(Read("flow-style.good.yml").Config!.Http2);
        Assert.Null(Read("rate-limit-off.good.yml").Config!.RateLimit);
        Assert.Empty(Read("blank-headers.good.yml").Config!.Headers);
        Assert.Null(Read("no-certificate.good.yml").Config!.Tls);
    }

    [Theory]
    [InlineData("03", false)]
    [InlineData("04", true)]
    [InlineData("31", true)]
    [InlineData("32", false)]
    [InlineData("4$", false)]
    [InlineData(" 4", false)]
    [InlineData("+4", false)]
    public void ABcryptHashHasACostFrom4To31(string cost, bool isGood)
    {
        var findings = new ConfigReport("f");
        ConfigReader.Read(
            $"basic_auth_users:\n  alice: {WebFolder.SecretHash.Replace("$04$", $"${cost}$", StringComparison.Ordinal)}\n", findings);
        Assert.Equal(isGood, findings.IsGood);
        if (!isGood)
            Assert.StartsWith(
                "f:2:10: the password of 'alice' is not a bcrypt hash", findings.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheExampleIsGood()
    {
        var findings = new ConfigReport("example");
        var config = ConfigReader.Read(File.ReadAllText(Repo.Path("packaging", "web.config.example.yml")), findings);
        Assert.Equal([], findings.Problems.ToArray());
        Assert.Equal([], findings.Warnings.ToArray());
        Assert.Contains("prometheus", config!.Users.Keys);
    }

    [Fact]
    public void NoProblemTellsAPassword()
    {
        foreach (var name in new[] { "plain-password.bad.yml", "duplicate-user.bad.yml", "colon-in-name.bad.yml" })
            foreach (var problem in Read(name).Findings.Problems)
            {
                Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain("mDwo", problem.ToString(), StringComparison.Ordinal);
            }
    }
}
