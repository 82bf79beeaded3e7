namespace TcpAgent.History;

/// <param name="File">The incident's file, beside the history file.</param>
/// <param name="From">Time of the first record, in milliseconds since the epoch.</param>
/// <param name="Until">Time of the last record.</param>
/// <param name="Time">When the verdict turned to limiting.</param>
/// <param name="Headline">What happened, in one sentence; empty in a file of an older version.</param>
/// <param name="Verdicts">What was limiting, one entry for each resource, for people.</param>
sealed record Incident(string File, long From, long Until, long Time, string Headline, List<string> Verdicts)
{
    /// <summary>The name used in requests.</summary>
    internal string Name => File[(File.LastIndexOf(Incidents.Suffix, StringComparison.Ordinal) + Incidents.Suffix.Length)..];
}
