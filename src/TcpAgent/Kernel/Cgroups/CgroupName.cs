using System.Globalization;
using System.Text;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// The name of a cgroup, or a path, as text. A process that may make a cgroup chooses its bytes, so everything except printable ASCII is
/// escaped. The escapes of systemd, such as \x2d for a dash, stay, because systemctl shows and takes them. Different names never give the
/// same text.
/// </summary>
static class CgroupName
{
    /// <summary>In a longer text a hash of the whole replaces the end.</summary>
    internal const int MaxLength = 128;

    const int EscapeLength = 4;

    internal static string Text(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length && text.Length <= MaxLength; i++)
        {
            var isPlain = IsPlain(name[i]) || (name[i] == '\\' && IsEscape(name[i..]));
            if (isPlain)
                text.Append((char)name[i]);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{name[i]:x2}");
        }
        return text.Length <= MaxLength ? text.ToString() : $"{text.ToString(0, MaxLength - 17)}~{UnixName.Hash(name):x16}";
    }

    /// <summary>An escape of systemd for a byte that this class itself never escapes.</summary>
    static bool IsEscape(ReadOnlySpan<byte> rest) => rest.Length >= EscapeLength && rest[1] == 'x'
        && Cursor.TryParseHex(rest[2..EscapeLength], out var value) && IsPlain((byte)value);

    static bool IsPlain(byte value) => value is >= (byte)' ' and <= (byte)'~' and not ((byte)'\\' or (byte)'"');
}
