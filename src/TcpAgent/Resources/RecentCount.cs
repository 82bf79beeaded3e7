using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>A count over the peak window.</summary>
/// <param name="Row">The row that holds the count.</param>
/// <param name="Tally">The kernel counters.</param>
readonly record struct RecentCount(Row Row, Func<Wiring, Tally> Tally);
