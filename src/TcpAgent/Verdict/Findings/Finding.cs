namespace TcpAgent.Verdict;

/// <summary>Something that hurts traffic, or will, though it is no limit of a queue or table.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity">warning, or info.</param>
/// <param name="Text">The values read, and why they matter.</param>
/// <param name="Headline">The sentence that stands beside the verdict; null for what does not hurt now.</param>
readonly record struct Finding(string Id, string Severity, string Text, string? Headline)
{
    internal const string Warning = "warning", Info = "info";
}
