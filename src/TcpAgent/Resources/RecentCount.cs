using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Something that is counted over the peak window.</summary>
/// <param name="Row">Where the count stands.</param>
/// <param name="Tally">The kernel counters.</param>
readonly record struct RecentCount(Row Row, Func<Wiring, Tally> Tally);
