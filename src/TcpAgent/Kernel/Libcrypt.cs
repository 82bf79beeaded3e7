using System.Runtime.InteropServices;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// crypt_r of the system's libcrypt: password hashes as passwd(5) and htpasswd have them. Which soname a distribution has differs; glibc's
/// own libcrypt of old knows no bcrypt.
/// </summary>
static partial class Libcrypt
{
    /// <summary>Bytes of struct crypt_data: 32,768 in libxcrypt, 131,232 in glibc's.</summary>
    const int DataSize = 160 * 1024;

    [LibraryImport("libcrypt.so.2", EntryPoint = "crypt_r")]
    private static partial nint crypt_r_2(ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> setting, Span<byte> data);

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt_r")]
    private static partial nint crypt_r_1(ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> setting, Span<byte> data);

    /// <summary>The hash, null where the library refuses. Takes as long as the setting's cost says.</summary>
    /// <param name="phrase">Without a NUL byte.</param>
    /// <param name="setting">A hash, or what one begins with.</param>
    internal static string? Hash(ReadOnlySpan<byte> phrase, string setting)
    {
        var data = new byte[DataSize];
        var terminated = new byte[phrase.Length + 1];
        phrase.CopyTo(terminated);
        try
        {
            var result = crypt_r(terminated, Encoding.ASCII.GetBytes($"{setting}\0"), data);

            // What went wrong is told by NULL or by a text that no hash begins with.
            var hash = result == 0 ? null : Marshal.PtrToStringUTF8(result);
            return hash is null || hash.StartsWith('*') ? null : hash;
        }
        finally
        {
            Array.Clear(terminated);
        }
    }

    static nint crypt_r(ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> setting, Span<byte> data)
    {
        try
        {
            return crypt_r_1(phrase, setting, data);
        }
        catch (DllNotFoundException)
        {
            return crypt_r_2(phrase, setting, data);
        }
    }

    /// <summary>Null when bcrypt works here, else why not.</summary>
    internal static string? WhyNoBcrypt()
    {
        // A known pair: crypt_blowfish's own test vector.
        const string Known = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        try
        {
            return Hash("U*U"u8, Known) == Known ? null : "the system's libcrypt knows no bcrypt: libxcrypt 4 or newer is needed";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return "the system has neither libcrypt.so.1 nor libcrypt.so.2: install libcrypt1 (Debian), libxcrypt (Fedora, RHEL, Arch)";
        }
    }
}
