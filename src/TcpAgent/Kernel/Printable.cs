using System.Globalization;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// Turns kernel names, such as those of devices, into text for people. A name may contain any byte, and a terminal obeys control
/// characters, so non-printable ones become \xNN, the escape of shells and C.
/// </summary>
static class Printable
{
    /// <summary>
    /// Different names stay different: a byte that is not UTF-8 becomes \xNN, and a backslash becomes two. Printable text is unchanged.
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

    /// <summary>
    /// The last filter before a terminal, for text that may include names which did not pass the other one. Filtered names are unchanged.
    /// </summary>
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

    /// <summary>True unless it is a control character, a line separator, or a character that hides or reorders its neighbours.</summary>
    static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
