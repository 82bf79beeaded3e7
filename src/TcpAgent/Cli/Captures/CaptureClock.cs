namespace TcpAgent.Cli;

/// <summary>The clock of a capture: it shows the time at which the files were taken, and moves only from one moment to the next.</summary>
sealed class CaptureClock(DateTimeOffset start) : TimeProvider
{
    DateTimeOffset _now = start;

    /// <summary>Sources take a timestamp of 0 for none.</summary>
    long _timestamp = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _timestamp;

    internal void Advance(TimeSpan time) => (_now, _timestamp) = (_now + time, _timestamp + time.Ticks);
}
