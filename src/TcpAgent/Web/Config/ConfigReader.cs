using System.Buffers;
using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Web.Config;

/// <summary>
/// Reads the file of --web.config.file, in exporter-toolkit's format. It reports every problem, not only the first; a file with any problem
/// is rejected as a whole.
/// </summary>
sealed class ConfigReader
{
    /// <summary>Maximum size in bytes. Certificates may be in the file itself.</summary>
    internal const int MaxLength = 256 * 1024;

    const int BcryptLength = 60;

    static readonly SearchValues<char> s_bcrypt = SearchValues.Create("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    readonly ConfigReport _findings;
    WebConfig _config = WebConfig.Empty;

    ConfigReader(ConfigReport findings) => _findings = findings;

    /// <summary>Null when there are problems.</summary>
    internal static WebConfig? Read(string text, ConfigReport findings)
    {
        var root = YamlTree.Read(text, findings);
        if (root is null)
            return findings.IsGood ? WebConfig.Empty : null;
        var reader = new ConfigReader(findings);
        Fields.Each(
            root, "the file", findings,
            ("tls_server_config", node => reader._config = reader._config with { Tls = TlsReader.Read(node, findings) }),
            ("http_server_config", reader.Http), ("basic_auth_users", reader.Users), ("rate_limit", reader.Rate));
        return findings.IsGood ? reader._config : null;
    }

    void Http(Node node) => Fields.Each(
        node, "http_server_config", _findings,
        ("http2", value => _config = _config with { Http2 = Fields.Bool(value, "http2", _findings) }),
        ("headers", Headers));

    void Headers(Node node)
    {
        var headers = new List<KeyValuePair<string, string>>();
        Fields.Each(
            node, "headers", _findings, Header("Content-Security-Policy"), Header("X-Frame-Options", "deny", "sameorigin"),
            Header("X-Content-Type-Options", "nosniff"), Header("X-XSS-Protection"), Header("Strict-Transport-Security"));
        _config = _config with { Headers = headers };

        (string, Action<Node>) Header(string name, params string[] allowed)
        {
            return (name, Read);

            void Read(Node value)
            {
                if (Fields.Text(value, name, _findings) is not { Length: > 0 } text)
                    return;
                if (allowed.Length > 0 && Array.IndexOf(allowed, text) < 0)
                    _findings.Wrong(value, $"{name} must be {string.Join(" or ", allowed)}");
                else if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
                    _findings.Wrong(value, $"{name} must be one line of ASCII");
                else
                    headers.Add(new(name, text));
            }
        }
    }

    void Users(Node node)
    {
        var users = new Dictionary<string, string>();
        if (node is not Mapping map)
        {
            _findings.Wrong(node, "basic_auth_users must be names with bcrypt hashes");
            return;
        }
        foreach (var (name, value) in map.Entries)
        {
            if (name.Value.Contains(':', StringComparison.Ordinal))
                _findings.Wrong(name, "a user name must not contain ':', which ends it in HTTP");
            else if (value is not Scalar hash || !IsBcrypt(hash.Value))
                _findings.Wrong(
                    value,
                    $"the password of '{name.Value}' is not a bcrypt hash: $2a$, $2b$ or $2y$, a cost from 04 to 31, $ and 53 characters");
            else
                users.Add(name.Value, hash.Value);
            if (value is Scalar { Value.Length: BcryptLength } costly && IsBcrypt(costly.Value) && Cost(costly.Value) > 14)
                _findings.Warn(
                    value, $"the hash of '{name.Value}' has cost {Cost(costly.Value)}: each check takes seconds; 10 to 12 is usual");
        }
        _config = _config with { Users = users };
    }

    static bool IsBcrypt(string text) =>
        text.Length == BcryptLength && text.StartsWith("$2", StringComparison.Ordinal) && text[2] is 'a' or 'b' or 'y' && text[3] == '$'
        && int.TryParse(text.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost) && cost is >= 4 and <= 31
        && text[6] == '$' && text.AsSpan(7).IndexOfAnyExcept(s_bcrypt) < 0;

    /// <summary>The cost of a bcrypt hash: each step up doubles the work.</summary>
    internal static int Cost(string hash) => int.Parse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture);

    void Rate(Node node)
    {
        var (interval, burst) = (TimeSpan.Zero, 0);
        Fields.Each(node, "rate_limit", _findings, ("interval", Interval), ("burst", Burst));
        if (interval > TimeSpan.Zero && burst == 0 && _findings.IsGood)
            _findings.Wrong(node, "rate_limit has an interval but no burst of at least 1, so that every request would be refused");
        if (interval > TimeSpan.Zero)
            _config = _config with { RateLimit = new RateLimit(interval, burst) };

        void Interval(Node value)
        {
            // Other readers of the format take a bare number as nanoseconds, which nobody means.
            if (value is not Scalar scalar || (scalar.Value != "0" && !Duration.TryParse(scalar.Value, out interval)))
                _findings.Wrong(value, "interval must be a duration such as 500ms or 1s, or 0 for no limit");
            else if (interval > TimeSpan.FromHours(1))
                _findings.Wrong(value, "interval must be at most 1h");
        }

        void Burst(Node value)
        {
            if (value is not Scalar scalar || !int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out burst)
                || burst > 1_000_000)
                _findings.Wrong(value, "burst must be a number from 0 to 1000000");
        }
    }
}
