namespace TcpAgent.Cli;

/// <summary>What standard output can show.</summary>
/// <param name="HasColour">It is a terminal and nobody asked for plain text (no-color.org).</param>
/// <param name="Width">Columns to use.</param>
readonly record struct Terminal(bool HasColour, int Width)
{
    /// <summary>Readable on any terminal and in any mail.</summary>
    internal const int DefaultWidth = 80;

    internal static Terminal Detect()
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new Terminal(isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), DefaultWidth);
    }
}
