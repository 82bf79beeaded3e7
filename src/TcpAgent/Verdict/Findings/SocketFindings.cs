using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about piles of sockets in one state.</summary>
static class SocketFindings
{
    /// <summary>Fewer sockets than this in a state are no pile.</summary>
    const long Pile = 100;

    internal static readonly FindingRule[] Rules =
    [
        new("tw_recycle", Finding.Warning, view => view[SysctlRows.TcpTwRecycle] is > 0
            ? "net.ipv4.tcp_tw_recycle is on: it drops connections from clients behind NAT. Linux 4.12 removed it; turn it off."
            : null),
        new("time_wait_is_harmless", Finding.Info, ManyTimeWait),
        new("close_wait_pile", Finding.Warning, CloseWaitPile),
        new("fin_wait2_pile", Finding.Info, view =>
            States(view, TcpState.FinWait2) is >= Pile and var waiting && waiting > States(view, TcpState.Established) / 5
            ? $"{waiting} sockets are in FIN_WAIT2: this side has closed and the peers have not. Those without a process end after "
                + $"tcp_fin_timeout ({view[SysctlRows.TcpFinTimeout]} s)."
            : null),
    ];

    static long States(SampleView view, TcpState state) => view[SocketRows.Of(state)] ?? 0;

    /// <summary>Excludes connections that no process has accepted yet: no process forgot to close them.</summary>
    static string? CloseWaitPile(SampleView view) =>
        view[SocketRows.StayingCloseWait] is >= Pile && view[SocketRows.HeldCloseWait] is >= Pile and var held
            && held > States(view, TcpState.Established) / 5
            ? $"{held} sockets stay in CLOSE_WAIT: their peers have closed and the application has not.{Holder(view, held)} No setting "
                + "ends them; find the process (ss -tnp state close-wait)."
            : null;

    /// <summary>The unit or container that has most of them, if one has the better part.</summary>
    static string Holder(SampleView view, long held)
    {
        foreach (var (workload, count) in view.Instances(WorkloadRows.CloseWait))
            if (count * 2 > held)
                return $" {count} are of {workload.Subject}.";
        return "";
    }

    static string? ManyTimeWait(SampleView view)
    {
        var limit = view[SysctlRows.TcpMaxTwBuckets];
        return States(view, TcpState.TimeWait) is >= 1000 and var waiting && waiting < limit * Resource.Near
            && States(view, TcpState.Established) < waiting
            ? $"{waiting} sockets are in TIME_WAIT, of {limit} allowed. That is harmless: they hold little memory, and ports only towards "
                + "the same destination. There is nothing to tune."
            : null;
    }
}
