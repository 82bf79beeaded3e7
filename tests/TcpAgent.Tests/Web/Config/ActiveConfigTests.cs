using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpAgent.Tests.Cli;

namespace TcpAgent.Tests.Web.Config;

/// <summary>The files that the configuration names, and check-config over all of it.</summary>
[Collection("console")]
public class ActiveConfigTests
{
    static string Problem(WebFolder folder)
    {
        var (active, findings) = folder.Load();
        Assert.Null(active);
        return Assert.Single(findings.Problems.ToArray()).ToString().Replace(folder.PathOf("server"), "server", StringComparison.Ordinal);
    }

    [Fact]
    public void ACertificateWithItsKeyIsGood()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var certificate = folder.WriteServerCertificate();
        var (active, findings) = folder.Load();
        Assert.Equal([], findings.Problems.ToArray());
        Assert.Equal([], findings.Warnings.ToArray());
        Assert.Equal(certificate.Thumbprint, active!.Tls!.Certificate.Thumbprint);
        Assert.StartsWith("TLS 1.2, TLS 1.3, CN=one until ", active.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void CertificateAndKeyMayBeInTheFileItself()
    {
        using var certificate = WebFolder.Issue("inline", issuer: null);
        static string Indent(string pem) => pem.ReplaceLineEndings("\n    ");
        using var folder = new WebFolder(
            $"tls_server_config:\n  cert: |\n    {Indent(certificate.ExportCertificatePem())}\n"
            + $"  key: |\n    {Indent(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())}\n");
        Assert.Equal(certificate.Thumbprint, folder.Load().Active?.Tls?.Certificate.Thumbprint);
    }

    [Fact]
    public void RsaKeysInBothFormsAreGood()
    {
        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        using var folder = new WebFolder(WebFolder.TlsSection);
        folder.Write("server.crt", certificate.ExportCertificatePem());
        folder.Write("server.key", rsa.ExportPkcs8PrivateKeyPem());
        Assert.NotNull(folder.Load().Active);
        folder.Write("server.key", rsa.ExportRSAPrivateKeyPem());
        Assert.NotNull(folder.Load().Active);
    }

    [Fact]
    public void EachProblemOfTheFilesIsToldAtTheKeyThatNamesThem()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        Assert.StartsWith("web.yml:2:14: cert_file server.crt does not exist", Problem(folder), StringComparison.Ordinal);

        using var certificate = folder.WriteServerCertificate();
        var key = File.ReadAllText(folder.PathOf("server.key"));
        folder.Write("server.key", "junk");
        Assert.Equal("web.yml:3:13: key_file server.key holds no private key in PEM", Problem(folder));
        folder.Write(
            "server.key", certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("p",
                new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)));
        Assert.Equal("web.yml:3:13: key_file server.key is encrypted; encrypted keys are not supported", Problem(folder));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        folder.Write("server.key", other.ExportPkcs8PrivateKeyPem());
        Assert.StartsWith(
            "web.yml:3:13: key_file server.key is not the private key of the certificate in cert_file", Problem(folder),
            StringComparison.Ordinal);
        folder.Write("server.key", key[..(key.Length / 2)]);
        Assert.StartsWith("web.yml:3:13: key_file server.key ", Problem(folder), StringComparison.Ordinal);

        folder.Write("server.key", key);
        folder.Write("server.crt", key);
        Assert.Equal("web.yml:2:14: cert_file server.crt holds no certificate in PEM", Problem(folder));
        folder.Write("server.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.Equal("web.yml:2:14: cert_file server.crt holds a damaged certificate", Problem(folder));
        folder.Write("server.crt", new string('x', 1024 * 1024 + 1));
        Assert.Equal("web.yml:2:14: cert_file server.crt is longer than 1024 KiB", Problem(folder));
        File.Delete(folder.PathOf("server.crt"));
        Directory.CreateDirectory(folder.PathOf("server.crt"));
        Assert.Equal("web.yml:2:14: cert_file server.crt is not a regular file", Problem(folder));
    }

    [Fact]
    public void AKeyThatAllMayReadAndACertificateThatEndsAreWarnedOf()
    {
        using var folder = new WebFolder(WebFolder.TlsSection);
        using var certificate = WebFolder.Issue("old", issuer: null, days: 3);
        folder.Write("server.crt", certificate.ExportCertificatePem());
        folder.Write("server.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(folder.PathOf("server.key"), (UnixFileMode)0b110_100_100);
        var (active, findings) = folder.Load();
        Assert.NotNull(active);
        var warnings = findings.Warnings.ToArray().Select(warning => warning.ToString()).ToArray();
        Assert.Equal(2, warnings.Length);
        Assert.Contains("the certificate expires on ", warnings[0], StringComparison.Ordinal);
        Assert.EndsWith("server.key can be read by every user of this host: chmod o-r it", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void TheFileItselfMustBeTextOfBoundedLength()
    {
        using var folder = new WebFolder(new string('#', 256 * 1024 + 1));
        Assert.Equal("web.yml: is longer than 256 KiB", Problem(folder));
        File.WriteAllBytes(folder.ConfigFile, [0xff, 0xfe, (byte)'a']);
        Assert.Equal("web.yml: is not UTF-8 text", Problem(folder));
        File.WriteAllBytes(folder.ConfigFile, [0xef, 0xbb, 0xbf, .. "rate_limit: {interval: 1s, burst: 5}\n"u8]);
        Assert.Equal(5, folder.Load().Active!.Config.RateLimit!.Burst);
        File.Delete(folder.ConfigFile);
        Assert.StartsWith("web.yml: does not exist", Problem(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void CheckConfigExitsWith0ForAGoodFileAnd1ForABadOne()
    {
        var (exit, output, error) = CommandLineTests.Run("check-config");
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("plain HTTP without passwords", output, StringComparison.Ordinal);

        using var folder = new WebFolder($"{WebFolder.TlsSection}basic_auth_users:\n  alice: {WebFolder.SecretHash}\n");
        using var certificate = folder.WriteServerCertificate();
        (exit, output, error) = CommandLineTests.Run("check-config", "--web.config.file", folder.ConfigFile);
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith($"{folder.ConfigFile} is valid: TLS 1.2, TLS 1.3, CN=one until ", output, StringComparison.Ordinal);

        folder.Write("web.yml", $"{WebFolder.TlsSection}  passwd: x\nrate_limit: 1\n");
        (exit, output, error) = CommandLineTests.Run("check-config", $"--web.config.file={folder.ConfigFile}");
        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith($"tcp-agent: error: {folder.ConfigFile}:4:3: unknown key 'passwd'", error, StringComparison.Ordinal);
        Assert.Contains(
            $"tcp-agent: error: {folder.ConfigFile}:5:13: rate_limit must be keys with values\n", error, StringComparison.Ordinal);

        Assert.Equal(1, CommandLineTests.Run("check-config", "--web.max-requests=x").Exit);
        Assert.Equal(1, CommandLineTests.Run("check-config", "--web.max-request=1").Exit);
        Assert.Equal(1, CommandLineTests.Run("serve", $"--web.config.file={folder.ConfigFile}").Exit);
    }

    [Fact]
    public void CheckConfigMissesNothingOfTheExampleButTheFilesItNames()
    {
        using var folder = new WebFolder(File.ReadAllText(Repo.Path("packaging", "web.config.example.yml")));
        string[] named = ["tls.crt", "tls.key", "clients.crt"];
        var (exit, _, error) = CommandLineTests.Run("check-config", $"--web.config.file={folder.ConfigFile}");
        Assert.Equal(1, exit);
        var problems = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(problems);
        Assert.All(
            problems, problem => Assert.True(named.Any(name =>
                problem.Contains($"{folder.PathOf(name)} does not exist", StringComparison.Ordinal)), problem));

        using var certificate = folder.WriteServerCertificate();
        foreach (var name in named)
            File.Copy(folder.PathOf(name.EndsWith("key", StringComparison.Ordinal) ? "server.key" : "server.crt"), folder.PathOf(name));
        (exit, var output, error) = CommandLineTests.Run("check-config", $"--web.config.file={folder.ConfigFile}");
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith($"{folder.ConfigFile} is valid: TLS 1.2, TLS 1.3, CN=one until ", output, StringComparison.Ordinal);
    }
}
