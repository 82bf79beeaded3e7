using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// Checks basic_auth_users. A digest recognises a password that was right before, so that a scraper costs one check. The digest is keyed
/// and covers user, stored hash and password, each with its length: a mere concatenation would let a hash pass for a password
/// (CVE-2022-46146).
/// </summary>
sealed class BasicAuth(PasswordWorker worker)
{
    /// <summary>Maximum number of right passwords remembered; beyond it passwords are simply checked again.</summary>
    const int MaxKnown = 64;

    /// <summary>Maximum length in bytes, as in crypt(3); bcrypt uses only the first 72.</summary>
    const int MaxPassword = 511;

    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    readonly Lock _lock = new();
    readonly HashSet<string> _known = [];

    internal async ValueTask<Admission> Check(IReadOnlyDictionary<string, string> users, StringValues authorization, IPAddress? client)
    {
        if (!TryParse(authorization, out var user, out var password))
            return Admission.Refused;
        users.TryGetValue(user, out var hash);
        var digest = Digest(user, hash ?? "", password);
        lock (_lock)
            if (hash is not null && _known.Contains(digest))
                return Admission.Granted;
        if (await worker.Check(digest, user, password, hash, HighestCost(users), client) is not Admission.Granted and var refusal)
            return refusal;
        lock (_lock)
        {
            if (_known.Count >= MaxKnown)
                _known.Clear();
            _known.Add(digest);
        }
        return Admission.Granted;
    }

    /// <summary>Parses the header of RFC 7617: the user name ends at the first colon, and the password may contain more colons.</summary>
    internal static bool TryParse(StringValues authorization, out string user, out byte[] password)
    {
        const string Scheme = "Basic ";
        (user, password) = ("", []);
        if (authorization.Count != 1 || authorization[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text.AsSpan(Scheme.Length).Trim(' '), bytes, out var length))
            return false;
        var credentials = bytes.AsSpan(0, length);
        var colon = credentials.IndexOf((byte)':');
        if (colon < 0)
            return false;
        user = Encoding.UTF8.GetString(credentials[..colon]);
        password = credentials[(colon + 1)..].ToArray();

        // bcrypt repeats the password with a NUL after each copy, so that "a", NUL, "a" has the hash of "a".
        return !password.AsSpan().Contains((byte)0) && password.Length <= MaxPassword;
    }

    static int HighestCost(IReadOnlyDictionary<string, string> users)
    {
        var highest = 0;
        foreach (var hash in users.Values)
            highest = Math.Max(highest, ConfigReader.Cost(hash));
        return highest;
    }

    string Digest(string user, string hash, byte[] password)
    {
        using var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<byte[]>)[Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(hash), password])
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            digest.AppendData(length);
            digest.AppendData(part);
        }
        return Convert.ToHexString(digest.GetHashAndReset());
    }
}
