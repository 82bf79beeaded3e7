using System.Globalization;

namespace TcpAgent.Web;

/// <summary>The age from which a sample is too old to serve: three intervals, but at least three seconds.</summary>
sealed class SampleAge(TimeSpan interval, TimeProvider time)
{
    readonly TimeSpan _limit = TimeSpan.FromSeconds(Math.Max(3, 3 * interval.TotalSeconds));

    internal bool IsStale(long timestamp) => time.GetElapsedTime(timestamp) > _limit;

    /// <summary>The age for people.</summary>
    internal string Seconds(long timestamp) => time.GetElapsedTime(timestamp).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
