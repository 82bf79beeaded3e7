namespace TcpAgent.History;

/// <summary>Where a whole record is.</summary>
/// <param name="Sequence">Orders the records, whatever the clock did.</param>
/// <param name="Time">Milliseconds since the epoch.</param>
/// <param name="Verdict">0 ok, 1 near, 2 limiting.</param>
readonly record struct RecordPlace(long Sequence, long Time, long Verdict);
