using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <param name="Stage">The row.</param>
/// <param name="Count">Dropped within the watch.</param>
/// <param name="Total">Dropped since boot, or since the agent can tell.</param>
/// <param name="PerSecond">Over the watch.</param>
readonly record struct DropReport(DropStage Stage, long Count, long Total, double PerSecond);
