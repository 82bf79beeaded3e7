namespace TcpAgent.History;

/// <param name="Time">The start in milliseconds since the epoch.</param>
/// <param name="Series">The series that the event concerns; empty for the agent itself.</param>
/// <param name="Text">For people.</param>
readonly record struct HistoryEvent(long Time, string Series, string Text);
