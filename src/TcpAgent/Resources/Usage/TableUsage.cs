using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// One table with one limit; the factor turns pages into bytes. The largest int means no limit (net/ipv6/route.c since 6.3); for some
/// tables 0 does. The meaning of a negative limit differs between kernels, so it counts as unknown.
/// </summary>
sealed class TableUsage(SlotRef used, SlotRef? limit, long factor, bool zeroIsNoLimit) : Usage
{
    internal static TableUsage? Of(SlotRef? used, SlotRef? limit, long factor = 1, bool zeroIsNoLimit = false) =>
        used is { } slot ? new TableUsage(slot, limit, factor, zeroIsNoLimit) : null;

    internal override void Look(ref Scan scan)
    {
        var most = limit?.Value ?? KernelValue.Absent;
        var isNoLimit = most < 0 || most == int.MaxValue || (zeroIsNoLimit && most == 0);
        scan.Offer(Times(used.Value), isNoLimit ? KernelValue.Absent : Times(most), null);
    }

    long Times(long value) => value == KernelValue.Absent ? value : value > long.MaxValue / factor ? long.MaxValue : value * factor;
}
