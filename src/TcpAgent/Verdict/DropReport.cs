using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <param name="Stage">The row.</param>
/// <param name="Count">Packets dropped within the watch.</param>
/// <param name="Total">Packets dropped since boot, or since the first sample that showed it.</param>
/// <param name="PerSecond">The rate over the watch.</param>
readonly record struct DropReport(DropStage Stage, long Count, long Total, double PerSecond);
