namespace TcpAgent.History;

/// <param name="File">Beside the history file.</param>
/// <param name="From">Its first record, milliseconds since the epoch.</param>
/// <param name="Until">Its last record.</param>
/// <param name="Time">When the verdict turned to limiting.</param>
/// <param name="Verdicts">What was limiting, for people.</param>
sealed record Incident(string File, long From, long Until, long Time, List<string> Verdicts)
{
    /// <summary>By which it is asked for.</summary>
    internal string Name => File[(File.LastIndexOf(Incidents.Suffix, StringComparison.Ordinal) + Incidents.Suffix.Length)..];
}
