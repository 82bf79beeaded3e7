using TcpAgent.Metrics;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>Explains the newest sample for the history. Used on the writer's thread.</summary>
sealed class ReportSource(SnapshotExchange snapshots, TimeSpan window)
{
    /// <summary>The packed report; null before the first sample.</summary>
    internal byte[]? Take()
    {
        if (snapshots.Acquire() is not { } snapshot)
            return null;
        try
        {
            return ReportRecord.Pack(VerdictJson.Write(HostVerdict.From(new SampleView(snapshot), window), onlyExplained: true));
        }
        finally
        {
            snapshots.Release(snapshot);
        }
    }
}
