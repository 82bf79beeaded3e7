using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Figures of destinations whose connections make no progress. The verdict reads them; none is exported. Each value is the highest within
/// the peak window.
/// </summary>
static class PeerRows
{
    internal const int MaxPeers = 10;

    /// <summary>Destinations that leave SYNs unanswered.</summary>
    internal static readonly Rows Syns = new("address", "port");

    /// <summary>Destinations that do not acknowledge, or do not read.</summary>
    internal static readonly Rows Connections = new("address", "port");

    internal static readonly PeerColumns SynColumns = new(Syns, "syn"), ConnectionColumns = new(Connections, "connection");
}
