using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TcpAgent.Web.Config;

/// <summary>The certificates of one reading of the file, and the handshake options made from them.</summary>
sealed class ServerTls
{
    /// <summary>The extended key usage clientAuth (RFC 5280), which a client certificate must have.</summary>
    const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    readonly TlsConfig _config;
    readonly SslStreamCertificateContext _context;
    readonly CipherSuitesPolicy? _suites;
    readonly X509Certificate2Collection? _clientCas;
    readonly bool _http2;

    ServerTls(
        TlsConfig config, SslStreamCertificateContext context, CipherSuitesPolicy? suites, X509Certificate2Collection? clientCas,
        bool http2) =>
        (_config, _context, _suites, _clientCas, _http2) = (config, context, suites, clientCas, http2);

    internal TlsConfig Config => _config;

    internal X509Certificate2 Certificate => _context.TargetCertificate;

    /// <summary>Returns null after a problem.</summary>
    internal static ServerTls? Load(TlsConfig config, bool http2, PemReader pem, ConfigReport findings)
    {
        var chain = pem.Certificates(config.Certificate);
        var leaf = chain is null ? null : pem.WithKey(chain[0], config.Certificate, config.Key);
        var clientCas = config.ClientCa is null ? null : pem.Certificates(config.ClientCa);
        if (leaf is null || (config.ClientCa is not null && clientCas is null))
            return null;
        chain!.RemoveAt(0);
        try
        {
            // Works offline, with no download for the chain or OCSP: the agent makes no connections of its own.
            var context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            var suites = config.CipherSuites is null ? null : new CipherSuitesPolicy(config.CipherSuites);
            return new ServerTls(config, context, suites, clientCas, http2);
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or ArgumentException)
        {
            findings.Wrong(config.Certificate.At, $"{config.Certificate.Key} and {config.Key.Key} cannot serve TLS: {e.Message}");
            return null;
        }
    }

    /// <summary>Creates a policy for each handshake, because the library adds a client's own certificates to it.</summary>
    internal SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificateContext = _context,
        EnabledSslProtocols = _config.Versions,
        CipherSuitesPolicy = _suites,
        ApplicationProtocols = _http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
        AllowRenegotiation = false,

        // A resumed session would carry a proof made under an earlier policy.
        AllowTlsResume = _config.ClientAuth == ClientAuth.NoClientCert,
        ClientCertificateRequired = _config.ClientAuth != ClientAuth.NoClientCert,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ClientChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => Accepts(certificate as X509Certificate2, errors),
    };

    X509ChainPolicy ClientChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (_clientCas is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_clientCas);
        }
        return policy;
    }

    bool Accepts(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        var isVerified = _config.ClientAuth is ClientAuth.VerifyClientCertIfGiven or ClientAuth.RequireAndVerifyClientCert;
        if (certificate is null)
            return _config.ClientAuth is not (ClientAuth.RequireAnyClientCert or ClientAuth.RequireAndVerifyClientCert);
        return (!isVerified || errors == SslPolicyErrors.None)
            && (_config.AllowedSans.Count == 0 || AlternativeNames.HasOneOf(certificate, _config.AllowedSans));
    }
}
