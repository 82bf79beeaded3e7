using System.Net.Security;
using System.Security.Authentication;

namespace TcpAgent.Web.Config;

/// <summary>Reads tls_server_config. A setting that .NET cannot honour is a problem, never silently ignored.</summary>
sealed class TlsReader
{
    /// <summary>The suites of Go's tls.CipherSuites(), the only ones in the format, by their IANA names, which .NET uses too.</summary>
    static readonly TlsCipherSuite[] s_suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    /// <summary>The format's list covers TLS 1.2 only; TLS 1.3 always offers these.</summary>
    const int Tls13Suites = 3;

    readonly ConfigReport _findings;
    readonly Dictionary<string, PemSource> _sources = [];
    ClientAuth _clientAuth;
    Node? _clientAuthAt;
    List<Scalar>? _sans;
    List<TlsCipherSuite>? _suites;
    (SslProtocols Min, SslProtocols Max) _versions = (SslProtocols.Tls12, SslProtocols.Tls13);

    TlsReader(ConfigReport findings) => _findings = findings;

    /// <summary>Returns null after a problem, and where no certificate is given, which means plain HTTP.</summary>
    internal static TlsConfig? Read(Node node, ConfigReport findings) => new TlsReader(findings).Read(node);

    TlsConfig? Read(Node node)
    {
        Fields.Each(
            node, "tls_server_config", _findings, Pem("cert"), Pem("cert_file"), Pem("key"), Pem("key_file"), Pem("client_ca"),
            Pem("client_ca_file"),
            ("client_auth_type", ClientAuthType),
            ("client_allowed_sans", value => _sans = Fields.Texts(value, "client_allowed_sans", _findings)),
            ("min_version", value => _versions.Min = Version(value, "min_version", SslProtocols.Tls12)),
            ("max_version", value => _versions.Max = Version(value, "max_version", SslProtocols.Tls13)), ("cipher_suites", CipherSuites),
            ("curve_preferences", Curves), ("prefer_server_cipher_suites", PreferServer));
        var (certificate, key, clientCa) = (
            One(node, "cert", "cert_file"), One(node, "key", "key_file"), One(node, "client_ca", "client_ca_file"));
        if (certificate is null && key is null && clientCa is null && _clientAuthAt is null)
        {
            _findings.Warn(node, "tls_server_config names no certificate, so the agent serves plain HTTP; set cert_file and key_file for "
                + "TLS");
            return null;
        }
        if (certificate is null)
            _findings.Wrong(node, "tls_server_config needs cert or cert_file");
        if (key is null)
            _findings.Wrong(node, "tls_server_config needs key or key_file");
        CheckClients(node, clientCa);
        if (_versions.Min > _versions.Max)
            _findings.Wrong(node, "min_version is above max_version");
        if (certificate is null || key is null)
            return null;
        return new TlsConfig(certificate, key)
        {
            ClientCa = clientCa,
            ClientAuth = _clientAuth,
            AllowedSans = _sans is null ? [] : _sans.ConvertAll(san => san.Value),
            Versions = _versions.Min | _versions.Max,
            CipherSuites = _suites,
        };
    }

    void CheckClients(Node node, PemSource? clientCa)
    {
        if (clientCa is not null && _clientAuth == ClientAuth.NoClientCert)
            _findings.Wrong(
                clientCa.At, $"{clientCa.Key} is given, but no client_auth_type asks for certificates: set RequireAndVerifyClientCert");
        if (_sans is not null && _clientAuth is not (ClientAuth.RequireAnyClientCert or ClientAuth.RequireAndVerifyClientCert))
            _findings.Wrong(
                _clientAuthAt ?? node, "client_allowed_sans needs client_auth_type RequireAndVerifyClientCert (or RequireAnyClientCert, "
                    + "which proves nothing)");
        if (clientCa is null && _clientAuth is ClientAuth.VerifyClientCertIfGiven or ClientAuth.RequireAndVerifyClientCert)
            _findings.Warn(
                _clientAuthAt!, "without client_ca_file the agent accepts client certificates of any CA that this host trusts");
        if (_clientAuth is ClientAuth.RequestClientCert or ClientAuth.RequireAnyClientCert or ClientAuth.VerifyClientCertIfGiven)
            _findings.Warn(_clientAuthAt!, $"{_clientAuth} does not restrict access: only RequireAndVerifyClientCert does");
    }

    (string, Action<Node>) Pem(string key)
    {
        return (key, Read);

        void Read(Node node)
        {
            if (Fields.Text(node, key, _findings) is { Length: > 0 } text)
                _sources[key] = new PemSource(key, node, text, key.EndsWith("_file", StringComparison.Ordinal));
        }
    }

    PemSource? One(Node node, string inline, string file)
    {
        var (here, there) = (_sources.GetValueOrDefault(inline), _sources.GetValueOrDefault(file));
        if (here is not null && there is not null)
            _findings.Wrong(node, $"both {inline} and {file} are given: keep one");
        return there ?? here;
    }

    void ClientAuthType(Node node)
    {
        var name = Fields.Text(node, "client_auth_type", _findings);
        _clientAuthAt = string.IsNullOrEmpty(name) ? null : node;
        if (string.IsNullOrEmpty(name))
            return;

        // The old name of RequireAnyClientCert, which the format still accepts.
        if (name == "RequireClientCert")
            _clientAuth = ClientAuth.RequireAnyClientCert;
        else if (!char.IsAsciiLetter(name[0]) || !Enum.TryParse(name, out _clientAuth))
            _findings.Wrong(node, $"client_auth_type must be one of {string.Join(", ", Enum.GetNames<ClientAuth>())}");
    }

    SslProtocols Version(Node node, string key, SslProtocols fallback)
    {
        switch (Fields.Text(node, key, _findings))
        {
            case "TLS12":
                return SslProtocols.Tls12;
            case "TLS13":
                return SslProtocols.Tls13;
            case "TLS10" or "TLS11":
                _findings.Wrong(node, $"{key}: versions below TLS12 are broken and not supported");
                return fallback;
            case null:
                return fallback;
            default:
                _findings.Wrong(node, $"{key} must be TLS12 or TLS13");
                return fallback;
        }
    }

    void CipherSuites(Node node)
    {
        var suites = new List<TlsCipherSuite>(s_suites[..Tls13Suites]);
        var names = Fields.Texts(node, "cipher_suites", _findings);
        foreach (var name in names)
        {
            var suite = Array.Find(s_suites, suite => suite.ToString() == name.Value);
            if (suite == default)
                _findings.Wrong(name, $"unknown cipher suite: known are {string.Join(", ", s_suites)}");
            else if (!suites.Contains(suite))
                suites.Add(suite);
        }
        _suites = names.Count == 0 ? null : suites;
    }

    void Curves(Node node)
    {
        if (Fields.Texts(node, "curve_preferences", _findings).Count > 0)
            _findings.Wrong(
                node, "curve_preferences cannot be honoured: .NET leaves curves to OpenSSL; remove it, or set Groups in openssl.cnf");
    }

    void PreferServer(Node node)
    {
        if (!Fields.Bool(node, "prefer_server_cipher_suites", _findings) && _findings.IsGood)
            _findings.Wrong(
                node, "prefer_server_cipher_suites: false cannot be honoured: .NET always uses the server's order; remove it");
    }
}
