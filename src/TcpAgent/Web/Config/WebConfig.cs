using System.Net.Security;
using System.Security.Authentication;

namespace TcpAgent.Web.Config;

/// <summary>What the file says, checked but for the files it names. Defaults are the format's.</summary>
sealed record WebConfig
{
    internal static WebConfig Empty { get; } = new();

    /// <summary>Null: plain HTTP.</summary>
    internal TlsConfig? Tls { get; init; }

    internal bool Http2 { get; init; } = true;

    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>bcrypt hashes by name; none: everybody may read.</summary>
    internal IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: no limit.</summary>
    internal RateLimit? RateLimit { get; init; }
}

/// <param name="Interval">Time in which one more request is allowed.</param>
/// <param name="Burst">Requests allowed at once.</param>
sealed record RateLimit(TimeSpan Interval, int Burst);

/// <summary>Certificates or a key, in the file itself or in one that it names.</summary>
/// <param name="Key">Which key of the file said so.</param>
/// <param name="At">Where.</param>
/// <param name="Text">PEM, or the path when <paramref name="IsFile"/>.</param>
/// <param name="IsFile">Whether it is a path.</param>
sealed record PemSource(string Key, Node At, string Text, bool IsFile);

/// <summary>Policies for client certificates, as Go's crypto/tls names them.</summary>
enum ClientAuth
{
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

sealed record TlsConfig(PemSource Certificate, PemSource Key)
{
    internal PemSource? ClientCa { get; init; }

    internal ClientAuth ClientAuth { get; init; }

    /// <summary>Names of which a client's certificate must have one; none: any will do.</summary>
    internal IReadOnlyList<string> AllowedSans { get; init; } = [];

    internal SslProtocols Versions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Null: those of the system.</summary>
    internal IReadOnlyList<TlsCipherSuite>? CipherSuites { get; init; }
}
