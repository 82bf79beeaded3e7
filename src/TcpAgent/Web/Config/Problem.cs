using System.Runtime.InteropServices;

namespace TcpAgent.Web.Config;

/// <summary>What is wrong in a file and where, for the operator. Never holds a secret: no password hash, no key.</summary>
/// <param name="File">The file as it was given.</param>
/// <param name="Line">1-based; 0 when the file as a whole is meant.</param>
/// <param name="Column">1-based.</param>
/// <param name="Text">What is wrong and what to do.</param>
readonly record struct Problem(string File, int Line, int Column, string Text)
{
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}:{Line}:{Column}: {Text}";
}

/// <summary>What reading a configuration came to besides its values: problems forbid it, warnings do not.</summary>
sealed class Findings(string file)
{
    readonly List<Problem> _problems = [];
    readonly List<Problem> _warnings = [];

    internal string File => file;

    internal ReadOnlySpan<Problem> Problems => CollectionsMarshal.AsSpan(_problems);

    internal ReadOnlySpan<Problem> Warnings => CollectionsMarshal.AsSpan(_warnings);

    internal bool IsGood => _problems.Count == 0;

    internal void Wrong(int line, int column, string text) => _problems.Add(new Problem(file, line, column, text));

    internal void Wrong(Node at, string text) => Wrong(at.Line, at.Column, text);

    internal void Warn(Node at, string text) => _warnings.Add(new Problem(file, at.Line, at.Column, text));
}
