using System.Globalization;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// Names that the kernel holds, such as those of devices, as text for people. They may hold any byte, and a terminal obeys control
/// characters: what is not printable stands as \xNN, the escape of shells and C.
/// </summary>
static class Printable
{
    /// <summary>
    /// Two names stay two whatever they hold: a byte that is no UTF-8 stands as \xNN, and a backslash as two. Printable text is left as it
    /// is.
    /// </summary>
    internal static string Of(ReadOnlySpan<byte> name)
    {
        if (!name.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !name.Contains((byte)'\\'))
            return Encoding.ASCII.GetString(name);
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf8(name, out var rune, out var length) == global::System.Buffers.OperationStatus.Done;
            if (isRune && IsPrintable(rune))
                text.Append(rune.Value == '\\' ? @"\\" : rune.ToString());
            else
                foreach (var one in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
            name = name[length..];
        }
        return text.ToString();
    }

    /// <summary>The last gate before a terminal: text that may hold what did not come through the other. What did stays the same.</summary>
    internal static string Of(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (IsPrintable(rune))
                safe.Append(rune.ToString());
            else
                safe.Append(CultureInfo.InvariantCulture, $"{(rune.Value <= byte.MaxValue ? "\\x" : "\\u")}{rune.Value:x2}");
        return safe.ToString();
    }

    /// <summary>Neither a control character, nor one that hides or turns around those beside it, nor a line's end.</summary>
    static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
