namespace TcpAgent.Tests.Support;

/// <summary>A clock that stands still until it is moved, in nanoseconds.</summary>
sealed class ManualTime : TimeProvider
{
    internal const long Second = 1_000_000_000;

    internal long Now { get; set; }

    public override long TimestampFrequency => Second;

    public override long GetTimestamp() => Now;
}
