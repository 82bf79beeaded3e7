using System.Buffers;

namespace TcpAgent.Verdict;

/// <summary>Quotes names in commands that the operator pastes.</summary>
static class Shell
{
    static readonly SearchValues<char> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-");

    /// <summary>
    /// Returns the name as one shell word, whatever it contains. Between $' and ' bash, zsh and busybox turn an escape of <see
    /// cref="Kernel.Printable"/> back into its byte.
    /// </summary>
    internal static string Word(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_plain) ? name
        : name.Contains('\\', StringComparison.Ordinal) ? $"$'{name.Replace("'", @"\'", StringComparison.Ordinal)}'"
        : $"'{name.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
