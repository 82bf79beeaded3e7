namespace TcpAgent.Cli;

/// <summary>The abilities of standard output.</summary>
/// <param name="HasColour">It is a terminal and nobody asked for plain text (no-color.org).</param>
/// <param name="Width">Columns to use.</param>
/// <param name="HasBlocks">It is a terminal and its locale is UTF-8.</param>
readonly record struct Terminal(bool HasColour, int Width, bool HasBlocks = false)
{
    /// <summary>The width that is readable on any terminal and in any mail.</summary>
    internal const int DefaultWidth = 80;

    internal static Terminal Detect()
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new Terminal(
            isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), DefaultWidth, isTerminal && IsUtf8());
    }

    /// <summary>The first variable of the three that is set decides (locale(7)).</summary>
    static bool IsUtf8()
    {
        foreach (var name in (string[])["LC_ALL", "LC_CTYPE", "LANG"])
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale)
                return locale.Replace("-", "", StringComparison.Ordinal).EndsWith("UTF8", StringComparison.OrdinalIgnoreCase);
        return false;
    }
}
