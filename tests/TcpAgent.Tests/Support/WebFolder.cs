using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Support;

/// <summary>A folder with a web configuration and certificates made for the test.</summary>
sealed class WebFolder : IDisposable
{
    /// <summary>The hash of "secret", at the lowest cost.</summary>
    internal const string SecretHash = "$2y$04$X0h1gDsPszWURQaxFh.zouZdfSt7HzEy4CLiI.zRYe8se5CVhYyZ.";

    internal const string TlsSection = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

    readonly string _path = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    internal WebFolder(string config) => Write("web.yml", config);

    internal string ConfigFile => PathOf("web.yml");

    internal string PathOf(string name) => Path.Combine(_path, name);

    internal void Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Replaces a file atomically, as a careful deployment does.</summary>
    internal void Replace(string name, string text)
    {
        Write($"{name}.new", text);
        File.Move(PathOf($"{name}.new"), PathOf(name), overwrite: true);
    }

    internal X509Certificate2 WriteServerCertificate(string name = "one")
    {
        var certificate = Issue(name, issuer: null);
        Replace("server.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Replace("server.crt", certificate.ExportCertificatePem());
        return certificate;
    }

    internal (ActiveConfig? Active, ConfigReport Findings) Load()
    {
        var findings = new ConfigReport("web.yml");
        return (ActiveConfig.Load(ConfigFile, TimeProvider.System, findings, []), findings);
    }

    internal static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(100));
    }

    /// <param name="name">Subject and DNS name.</param>
    /// <param name="issuer">Null for a self-signed certificate.</param>
    /// <param name="usage">Extended key usage.</param>
    /// <param name="days">Until it ends.</param>
    /// <param name="names">Further alternative names.</param>
    internal static X509Certificate2 Issue(
        string name, X509Certificate2? issuer, string? usage = null, int days = 90, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        alternative.AddDnsName(name);
        alternative.AddIpAddress(IPAddress.Loopback);
        names?.Invoke(alternative);
        request.CertificateExtensions.Add(alternative.Build());
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days));
        return issuer is null
            ? request.CreateSelfSigned(from, until)
            : request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
