using System.Globalization;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// The name of an AF_UNIX socket as text: a path unchanged, an abstract name after an @. Processes choose the bytes of their names, so
/// everything except printable ASCII is escaped, and different names never give the same text.
/// </summary>
static class UnixName
{
    /// <summary>Room for the 108 bytes of sun_path and some escapes. In a longer text a hash of the whole replaces the end.</summary>
    internal const int MaxLength = 128;

    /// <param name="name">sun_path: a path with or without a trailing NUL byte, or an abstract name, which begins with a NUL byte.</param>
    internal static string Text(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        var isAbstract = !name.IsEmpty && name[0] == 0;
        var rest = isAbstract ? name[1..] : name.EndsWith((byte)0) ? name[..^1] : name;
        if (isAbstract)
            text.Append('@');
        for (var i = 0; i < rest.Length; i++)
        {
            // A relative path may begin with @ too.
            var isPlain = rest[i] is >= (byte)' ' and <= (byte)'~' and not ((byte)'\\' or (byte)'"');
            if (isPlain && (rest[i] != '@' || i > 0 || isAbstract))
                text.Append((char)rest[i]);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{rest[i]:x2}");
        }
        return text.Length <= MaxLength ? text.ToString() : $"{text.ToString(0, MaxLength - 17)}~{Hash(name):x16}";
    }

    /// <summary>The FNV-1a hash.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> name)
    {
        var hash = 14695981039346656037;
        foreach (var one in name)
            hash = (hash ^ one) * 1099511628211;
        return hash;
    }
}
