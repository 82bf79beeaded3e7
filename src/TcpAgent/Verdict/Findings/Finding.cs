namespace TcpAgent.Verdict;

/// <summary>A condition that hurts traffic, or will, though no queue or table is at its limit.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity">warning, or info.</param>
/// <param name="Text">The values that were read, and why they matter.</param>
/// <param name="Headline">The sentence shown beside the verdict; null for a condition that does not hurt now.</param>
readonly record struct Finding(string Id, string Severity, string Text, string? Headline)
{
    internal const string Warning = "warning", Info = "info";
}
