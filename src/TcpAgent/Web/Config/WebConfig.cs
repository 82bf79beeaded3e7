namespace TcpAgent.Web.Config;

/// <summary>The settings of the file, checked except for the files that it names. The defaults are the format's.</summary>
sealed record WebConfig
{
    internal static WebConfig Empty { get; } = new();

    /// <summary>Null: plain HTTP.</summary>
    internal TlsConfig? Tls { get; init; }

    internal bool Http2 { get; init; } = true;

    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>bcrypt hashes by user name; empty: no password is needed.</summary>
    internal IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: no limit.</summary>
    internal RateLimit? RateLimit { get; init; }
}
