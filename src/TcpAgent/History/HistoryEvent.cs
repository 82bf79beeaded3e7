namespace TcpAgent.History;

/// <param name="Time">The start in milliseconds since the epoch.</param>
/// <param name="Series">The series that the event concerns; empty for the agent itself.</param>
/// <param name="Text">For people.</param>
/// <param name="Kind">What happened, for programs.</param>
/// <param name="IsStanding">True for a state that the first record already had: nothing turned at that time.</param>
readonly record struct HistoryEvent(long Time, string Series, string Text, EventKind Kind, bool IsStanding = false);
