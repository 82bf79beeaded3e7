using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What the sampled connections show over the peak window.</summary>
/// <param name="Sampled">Connections compared, once for each look.</param>
/// <param name="Of">Connections that there were, once for each look.</param>
/// <param name="Groups">By listener and by destination; the largest first.</param>
/// <param name="Lines">What is worth saying, one sentence each; at most five.</param>
sealed record ConnectionsReport(long Sampled, long Of, IReadOnlyList<ConnectionReport> Groups, IReadOnlyList<string> Lines)
{
    internal static ConnectionsReport None { get; } = new(0, 0, [], []);

    internal static ConnectionsReport From(SampleView view)
    {
        var groups = ConnectionReport.All(view);
        return groups.Count == 0
            ? None
            : new(view[ConnectionRows.Sampled] ?? 0, view[ConnectionRows.SampledOf] ?? 0, groups, ConnectionWords.Of(groups, view));
    }
}
