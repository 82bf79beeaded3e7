namespace TcpAgent.Sources;

/// <param name="WallClock">Milliseconds since the epoch.</param>
/// <param name="Interval">Nanoseconds.</param>
/// <param name="Duration">Nanoseconds.</param>
/// <param name="Samples">Taken so far, this one included.</param>
/// <param name="Missed">Skipped so far.</param>
/// <param name="LogDropped">Log entries dropped so far.</param>
readonly record struct SampleSummary(long WallClock, long Interval, long Duration, long Samples, long Missed, long LogDropped);
