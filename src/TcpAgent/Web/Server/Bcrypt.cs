using System.Text;
using System.Text.Unicode;
using BCrypt.Net;

namespace TcpAgent.Web;

/// <summary>Password hashes as htpasswd -B makes them, by BCrypt.Net.</summary>
static class Bcrypt
{
    /// <summary>
    /// The hash, in the time that the setting's cost asks for. Null after the same time for a password that is not UTF-8, and at once for a
    /// bad setting.
    /// </summary>
    /// <param name="password">Without NUL. bcrypt looks at its first 72 bytes.</param>
    /// <param name="setting">
    /// A hash, or the 29 characters that one begins with: $2a$, $2b$ or $2y$, a cost from 04 to 31, $ and the salt.
    /// </param>
    internal static string? Hash(ReadOnlySpan<byte> password, string setting)
    {
        try
        {
            // The library takes text, which other bytes become too, at the same cost; but the hash is then another password's.
            var hash = BCrypt.Net.BCrypt.HashPassword(Encoding.UTF8.GetString(password), setting);
            return Utf8.IsValid(password) ? hash : null;
        }
        catch (Exception e) when (e is SaltParseException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
