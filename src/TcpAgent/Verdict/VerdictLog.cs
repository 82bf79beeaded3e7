using Microsoft.Extensions.Logging;
using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>
/// Logs when a resource starts to limit traffic and when that ends, so that the journal and whatever reads it know the verdict without
/// Prometheus. Called after each sample, on the sampler's thread; it allocates only for a line.
/// </summary>
sealed class VerdictLog
{
    readonly LimitEpisode[] _episodes;

    internal VerdictLog(ILogger logger, TimeProvider time) =>
        _episodes = Array.ConvertAll(ResourceCatalog.All, resource => new LimitEpisode(resource, logger, time));

    internal void Ticked(SnapshotExchange snapshots)
    {
        if (snapshots.Acquire() is not { } snapshot)
            return;
        if (snapshot.Find(ResourceRows.Rows) is { } table)
        {
            // One that is unknown at this tick is left as it was.
            for (int row = 0, next = 0; row < _episodes.Length; row++)
                if (table.HasNext(ResourceCatalog.All[row].Instance, ref next))
                    _episodes[row].Update(table[next - 1], snapshot);
        }
        snapshots.Release(snapshot);
    }
}
