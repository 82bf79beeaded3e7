namespace TcpAgent.History;

/// <summary>The place of a whole record in the file.</summary>
/// <param name="Sequence">Orders the records even if the clock was set back.</param>
/// <param name="Time">Milliseconds since the epoch.</param>
/// <param name="Verdict">0 ok, 1 near, 2 limiting.</param>
readonly record struct RecordPlace(long Sequence, long Time, long Verdict);
