namespace TcpAgent.Tests.Support;

/// <summary>A clock that moves only when told, in nanoseconds.</summary>
sealed class ManualTime : TimeProvider
{
    long _timestamp = 1_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _timestamp;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddTicks(_timestamp / 100);

    internal void Advance(TimeSpan time) => _timestamp += (long)time.TotalNanoseconds;
}
