using System.Runtime.InteropServices;

namespace TcpAgent.Web.Config;

/// <summary>The problems and warnings of a configuration. Problems make it invalid, warnings do not.</summary>
sealed class ConfigReport(string file)
{
    readonly List<Problem> _problems = [];
    readonly List<Problem> _warnings = [];

    internal string File => file;

    internal ReadOnlySpan<Problem> Problems => CollectionsMarshal.AsSpan(_problems);

    internal ReadOnlySpan<Problem> Warnings => CollectionsMarshal.AsSpan(_warnings);

    internal bool IsGood => _problems.Count == 0;

    /// <summary>Takes over everything that another report found.</summary>
    internal void Add(ConfigReport other)
    {
        _problems.AddRange(other._problems);
        _warnings.AddRange(other._warnings);
    }

    internal void Wrong(int line, int column, string text) => _problems.Add(new Problem(file, line, column, text));

    internal void Wrong(Node at, string text) => Wrong(at.Line, at.Column, text);

    internal void Warn(Node at, string text) => _warnings.Add(new Problem(file, at.Line, at.Column, text));
}
