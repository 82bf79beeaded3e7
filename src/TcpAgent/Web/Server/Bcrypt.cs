using System.Text;
using System.Text.Unicode;
using BCrypt.Net;

namespace TcpAgent.Web;

/// <summary>Password hashes as htpasswd -B makes them, by BCrypt.Net.</summary>
static class Bcrypt
{
    /// <summary>
    /// Returns the hash, after the time that the setting's cost demands. Returns null after the same time for a password that is not UTF-8,
    /// and at once for an invalid setting.
    /// </summary>
    /// <param name="password">The password, without NUL. bcrypt uses only its first 72 bytes.</param>
    /// <param name="setting">A hash, or the first 29 characters of one: $2a$, $2b$ or $2y$, a cost from 04 to 31, $ and the salt.</param>
    internal static string? Hash(ReadOnlySpan<byte> password, string setting)
    {
        try
        {
            // The library takes text. Bytes that are not UTF-8 become text too, at the same cost, but the hash is then that of another
            // password.
            var hash = BCrypt.Net.BCrypt.HashPassword(Encoding.UTF8.GetString(password), setting);
            return Utf8.IsValid(password) ? hash : null;
        }
        catch (Exception e) when (e is SaltParseException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
