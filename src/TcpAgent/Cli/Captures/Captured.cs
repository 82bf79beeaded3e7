using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>A verdict from a capture, a document or a history.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Provenance">What was judged.</param>
/// <param name="Json">The document that was read; null if the verdict was made now.</param>
sealed record Captured(HostVerdict Verdict, Provenance Provenance, byte[]? Json = null)
{
    /// <summary>The kernel's settings by their name, as sysctl prints them; null where they were not captured.</summary>
    internal SortedDictionary<string, string>? Settings { get; init; }

    /// <summary>What of a capture could not be read, and why.</summary>
    internal List<string> Warnings { get; init; } = [];

    internal byte[] Document => Json ?? VerdictJson.Write(Verdict);
}
