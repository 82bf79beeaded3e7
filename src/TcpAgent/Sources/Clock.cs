namespace TcpAgent.Sources;

static class Clock
{
    /// <summary>A difference of the clock's timestamps in nanoseconds.</summary>
    internal static long Nanoseconds(this TimeProvider time, long timestamps) => (long)(timestamps * (1e9 / time.TimestampFrequency));

    /// <summary>Nanoseconds as a difference of the clock's timestamps.</summary>
    internal static long Timestamps(this TimeProvider time, long nanoseconds) => (long)(nanoseconds * (time.TimestampFrequency / 1e9));
}
