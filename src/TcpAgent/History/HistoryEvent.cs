namespace TcpAgent.History;

/// <param name="Time">When it began, milliseconds since the epoch.</param>
/// <param name="Series">Of which series it tells; empty for the agent itself.</param>
/// <param name="Text">For people.</param>
readonly record struct HistoryEvent(long Time, string Series, string Text);
