namespace TcpAgent.Web;

/// <summary>When a sample is too old to be shown as the present: three intervals, and never under three seconds.</summary>
sealed class SampleAge(TimeSpan interval, TimeProvider time)
{
    readonly TimeSpan _limit = TimeSpan.FromSeconds(Math.Max(3, 3 * interval.TotalSeconds));

    internal bool IsStale(long timestamp) => time.GetElapsedTime(timestamp) > _limit;
}
