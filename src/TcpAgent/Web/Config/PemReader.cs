using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpAgent.System;

namespace TcpAgent.Web.Config;

/// <summary>
/// Reads certificates and keys that the file holds or names. Relative paths are relative to its directory. Remembers the files that it
/// opened.
/// </summary>
sealed class PemReader(string folder, TimeProvider time, ConfigReport findings)
{
    const int MaxLength = 1024 * 1024;

    /// <summary>Days before the expiry of a certificate from which there is a warning.</summary>
    const int ExpirySoon = 14;

    /// <summary>The files opened, valid or not, with the stamps of what was read.</summary>
    internal List<(string Path, FileStamp Stamp)> Files { get; } = [];

    /// <summary>Reads certificates. The first is the server's or a CA's. Returns null after a problem.</summary>
    internal X509Certificate2Collection? Certificates(PemSource source)
    {
        if (Text(source, out var name) is not { } text)
            return null;
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            findings.Wrong(source.At, $"{name} holds a damaged certificate");
            return null;
        }
        if (certificates.Count == 0)
        {
            findings.Wrong(source.At, $"{name} holds no certificate in PEM");
            return null;
        }
        WarnOfExpiry(certificates[0], source, name);
        return certificates;
    }

    /// <summary>Returns the certificate with its private key, or null after a problem.</summary>
    internal X509Certificate2? WithKey(X509Certificate2 certificate, PemSource from, PemSource source)
    {
        if (Text(source, out var name) is not { } key)
            return null;
        if (source.IsFile && FileStamp.Of(PathOf(source)).IsReadableByAll)
            findings.Warn(source.At, $"{name} can be read by every user of this host: chmod o-r it");
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            findings.Wrong(source.At, $"{name} is encrypted; encrypted keys are not supported");
        else if (!key.Contains(" PRIVATE KEY-----", StringComparison.Ordinal))
            findings.Wrong(source.At, $"{name} holds no private key in PEM");
        else
            try
            {
                return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
            {
                findings.Wrong(
                    source.At, $"{name} is not the private key of the certificate in {from.Key} (RSA and ECDSA keys are supported)");
            }
        return null;
    }

    void WarnOfExpiry(X509Certificate2 certificate, PemSource source, string name)
    {
        var now = time.GetUtcNow();
        var end = (DateTimeOffset)certificate.NotAfter.ToUniversalTime();
        if (end < now)
            findings.Warn(source.At, $"{name}: the certificate expired on {end:yyyy-MM-dd}");
        else if (end < now.AddDays(ExpirySoon))
            findings.Warn(source.At, $"{name}: the certificate expires on {end:yyyy-MM-dd}");
        else if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            findings.Warn(source.At, $"{name}: the certificate is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd}");
    }

    string? Text(PemSource source, out string name)
    {
        name = source.Key;
        if (!source.IsFile)
            return source.Text;
        var path = PathOf(source);
        name = $"{source.Key} {path}";
        var text = TextFile.Read(path, MaxLength, out var stamp, out var problem);
        Files.Add((path, stamp));
        if (text is null)
            findings.Wrong(source.At, $"{name} {problem}");
        return text;
    }

    string PathOf(PemSource source) => Path.Combine(folder, source.Text);
}
