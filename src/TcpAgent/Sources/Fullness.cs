using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>How full a queue or table is, so that two can be compared: by the share of the limit in use, then by the use.</summary>
/// <param name="Share">
/// The share of the limit; 0 where either is unknown, the largest double where the limit is 0 and something is in use.
/// </param>
/// <param name="Used">The use in the queue's own unit.</param>
readonly record struct Fullness(double Share, long Used) : IComparable<Fullness>
{
    /// <summary>The share from which a queue or table is near its limit.</summary>
    internal const double Near = 0.8;

    internal static Fullness Of(long used, long limit) => new(
        used == KernelValue.Absent || limit == KernelValue.Absent ? 0
        : limit > 0 ? (double)used / limit
        : used > 0 ? double.MaxValue
        : 0, used);

    /// <summary>The fullness of a listener, whose two queues have one limit: that of the longer queue.</summary>
    internal static Fullness Of(long acceptQueue, long synQueue, long limit) => Of(Math.Max(acceptQueue, synQueue), limit);

    public int CompareTo(Fullness other) => (Share, Used).CompareTo((other.Share, other.Used));
}
