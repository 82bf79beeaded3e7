using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// How full a queue or table is, so that two can be compared: by the share of the limit in use, of equals by what is in use.
/// </summary>
/// <param name="Share">Of the limit; 0 where either is not known, the largest double where the limit is 0 and something is in use.</param>
/// <param name="Used">In the queue's own unit.</param>
readonly record struct Fullness(double Share, long Used) : IComparable<Fullness>
{
    internal static Fullness Of(long used, long limit) => new(
        used == KernelValue.Absent || limit == KernelValue.Absent ? 0
        : limit > 0 ? (double)used / limit
        : used > 0 ? double.MaxValue
        : 0, used);

    /// <summary>A listener's, whose two queues have one limit: that of the longer.</summary>
    internal static Fullness Of(long acceptQueue, long synQueue, long limit) => Of(Math.Max(acceptQueue, synQueue), limit);

    public int CompareTo(Fullness other) => (Share, Used).CompareTo((other.Share, other.Used));
}
