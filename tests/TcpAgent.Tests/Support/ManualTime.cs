namespace TcpAgent.Tests.Support;

/// <summary>A clock in nanoseconds that moves only when a test moves it.</summary>
sealed class ManualTime : TimeProvider
{
    internal const long Second = 1_000_000_000;

    internal long Now { get; set; } = Second;

    public override long TimestampFrequency => Second;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddTicks(Now / 100);

    internal void Advance(TimeSpan time) => Now += (long)time.TotalNanoseconds;
}
