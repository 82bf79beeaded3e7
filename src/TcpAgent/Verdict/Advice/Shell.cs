using System.Buffers;

namespace TcpAgent.Verdict;

/// <summary>Names in commands to paste.</summary>
static class Shell
{
    static readonly SearchValues<char> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-");

    /// <summary>
    /// One word to a shell, whatever it holds. An escape of <see cref="Kernel.Printable"/> stands for the byte again between $' and ', in
    /// bash, zsh and busybox.
    /// </summary>
    internal static string Word(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_plain) ? name
        : name.Contains('\\', StringComparison.Ordinal) ? $"$'{name.Replace("'", @"\'", StringComparison.Ordinal)}'"
        : $"'{name.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
