using System.Net.Security;
using System.Security.Authentication;

namespace TcpAgent.Web.Config;

sealed record TlsConfig(PemSource Certificate, PemSource Key)
{
    internal PemSource? ClientCa { get; init; }

    internal ClientAuth ClientAuth { get; init; }

    /// <summary>A client's certificate must have one of these names; empty accepts any.</summary>
    internal IReadOnlyList<string> AllowedSans { get; init; } = [];

    internal SslProtocols Versions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Null: the CAs of the system.</summary>
    internal IReadOnlyList<TlsCipherSuite>? CipherSuites { get; init; }
}
