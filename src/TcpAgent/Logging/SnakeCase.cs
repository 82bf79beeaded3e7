using System.Text;

namespace TcpAgent.Logging;

/// <summary>Property names as operators write keys: RetransSegs becomes retrans_segs, HTTPPort becomes http_port.</summary>
static class SnakeCase
{
    /// <summary>The result contains only a-z, 0-9 and _; every other character becomes _.</summary>
    internal static string Of(string name)
    {
        var key = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (StartsWord(name, i))
                key.Append('_');
            key.Append(char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '_');
        }

        return key.ToString();
    }

    static bool StartsWord(string name, int i)
    {
        if (i == 0 || !char.IsAsciiLetterUpper(name[i]))
            return false;

        return char.IsAsciiLetterLower(name[i - 1])
            || char.IsAsciiDigit(name[i - 1])
            || (char.IsAsciiLetterUpper(name[i - 1]) && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]));
    }
}
