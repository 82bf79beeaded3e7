namespace TcpAgent.History;

/// <summary>The times of the oldest and the newest record of a file, in milliseconds since the epoch; both 0 if it has none.</summary>
readonly record struct HistoryReach(long Oldest, long Newest)
{
    internal static HistoryReach Of(List<RecordPlace> entries) => entries is [var first, .., var last] ? new(first.Time, last.Time)
        : entries is [var only] ? new(only.Time, only.Time)
        : default;

    internal bool IsEmpty => Newest == 0;
}
