using TcpAgent.Metrics;

namespace TcpAgent.Cli;

/// <summary>One metric as the documentation describes it, from the row or the instrument itself.</summary>
/// <param name="Source">The source that exports it; of several, the first.</param>
/// <param name="Row">Its name, type, unit and help.</param>
/// <param name="Labels">Its label names, separated by commas; empty for none.</param>
readonly record struct Metric(string Source, Row Row, string Labels)
{
    internal string TypeName => Row.Type.ToString().ToLowerInvariant();

    /// <summary>Whether the name, the source or the kernel's own name matches, whatever the case.</summary>
    internal bool Matches(string text) =>
        Row.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || Row.From.Contains(text, StringComparison.OrdinalIgnoreCase)
            || Source.Equals(text, StringComparison.OrdinalIgnoreCase);
}
