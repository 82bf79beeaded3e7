using System.Globalization;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>The abilities of standard output.</summary>
/// <param name="HasColour">It is a terminal and nobody asked for plain text (no-color.org).</param>
/// <param name="Width">Columns to use.</param>
/// <param name="HasBlocks">It is a terminal and its locale is UTF-8.</param>
readonly record struct Terminal(bool HasColour, int Width, bool HasBlocks = false)
{
    /// <summary>The width that is readable in a file and in any mail.</summary>
    internal const int DefaultWidth = 80;

    /// <summary>Narrower text breaks in the middle of a figure, and wider text is hard to read.</summary>
    internal const int Narrowest = 60, Widest = 110;

    const string Type = "TERM";

    /// <summary>Lines on a screen of unknown height.</summary>
    const int DefaultHeight = 24;

    /// <summary>Standard output is a terminal whose cursor can be moved.</summary>
    internal bool IsScreen { get; init; }

    /// <summary>Lines on the screen.</summary>
    internal int Height { get; init; } = DefaultHeight;

    static string? s_type = Environment.GetEnvironmentVariable(Type);

    /// <summary>Whether the terminal, if there is one, obeys control sequences.</summary>
    internal static bool HasCursor => s_type is not (null or "" or "dumb");

    /// <summary>
    /// Hides the terminal's type from the runtime. Its Console would switch the terminal to application mode, for input that nobody reads
    /// here, and leave it so: arrow keys then print ^[OA in a shell such as dash.
    /// </summary>
    internal static void HideFromRuntime()
    {
        s_type = Environment.GetEnvironmentVariable(Type);
        Environment.SetEnvironmentVariable(Type, null);
    }

    internal static Terminal Detect()
    {
        var isScreen = !Console.IsOutputRedirected && HasCursor;
        var (rows, columns) = Libc.WindowSize(Libc.STDOUT_FILENO);
        return new Terminal(
            isScreen && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            WidthOf(Environment.GetEnvironmentVariable("COLUMNS"), columns), isScreen && IsUtf8())
        {
            IsScreen = isScreen,
            Height = rows > 0 ? rows : DefaultHeight,
        };
    }

    /// <summary>COLUMNS overrides the terminal, as in POSIX; 0 and nonsense count as unknown.</summary>
    internal static int WidthOf(string? variable, int terminal)
    {
        var isGiven = int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0;
        var columns = isGiven ? given : terminal;
        return columns <= 0 ? DefaultWidth : Math.Clamp(columns, Narrowest, Widest);
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
