using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains local TCP ports.</summary>
static class PortAdvice
{
    internal static void EphemeralPorts(ResourceReport report, SampleView view)
    {
        if (report.Instance is SourceInstance source)
            BoundBeforeConnect(report, source, view);
        else
            OneDestination(report, view);
        report.WillNotFix.Add("tcp_fin_timeout: it applies to FIN_WAIT2; the 60 s of TIME_WAIT are fixed in the kernel.");
        report.WillNotFix.Add("tcp_max_tw_buckets or somaxconn: neither has to do with local ports.");
    }

    static void OneDestination(ResourceReport report, SampleView view)
    {
        var (reuse, timestamps) = (view[SysctlRows.TcpTwReuse], view[SysctlRows.TcpTimestamps]);
        var isReused = PortUsage.IsReused(reuse, timestamps, report.Instance is TupleInstance { Tuple.IsLoopback: true });
        var isIdle = isReused && view[EphemeralPortRows.NotReused, report.Instance] == 1;
        var destination = report.Subject.Length == 0 ? "one destination" : report.Subject;
        report.Evidence.Add($"{report.Peak ?? 0} of the {report.PeakLimit ?? 0} usable local ports are held for {destination}.");
        var isMostlyTimeWait = TimeWait(report, view, isReused, isIdle);
        Reserved(report, view);
        report.Evidence.Add(
            "No kernel counter shows the failures: connect() to this destination fails with EADDRNOTAVAIL, while other destinations still "
            + "have all ports.");
        report.Advice.Add(
            "Keep connections to this destination open and reuse them (keep-alive, pooling): nothing else lowers the need.");
        if (isIdle)
            report.Advice.Add(
                "Turn timestamps on at the other side (sysctl -w net.ipv4.tcp_timestamps=1 there), or find the device on the path that "
                + "removes them: connect() then reuses ports in TIME_WAIT after a second.");
        else if (!isReused && isMostlyTimeWait != false)
            report.Advice.Add(
                $"{(isMostlyTimeWait is null ? "If most are in TIME_WAIT: " : "")}sysctl -w net.ipv4.tcp_tw_reuse=1 lets connect() reuse a "
                + "port in TIME_WAIT after a second; it needs net.ipv4.tcp_timestamps=1 here and timestamps on the other side.");
        else if (!isReused)
            report.WillNotFix.Add("tcp_tw_reuse: most of these ports are not in TIME_WAIT.");
        Widen(report, view);
        report.Advice.Add(
            "Use more source addresses here, or more addresses or ports at the destination: each pair has the whole range to itself.");
        if (isReused && !isIdle)
            report.WillNotFix.Add($"tcp_tw_reuse: it is already on ({reuse}), and frees a port after a second, not earlier.");
    }

    /// <summary>Returns whether most of the ports are in TIME_WAIT; null where that is unknown.</summary>
    static bool? TimeWait(ResourceReport report, SampleView view, bool isReused, bool isIdle)
    {
        if (view[EphemeralPortRows.TimeWait, report.Instance] is not { } waiting
            || view[EphemeralPortRows.Used, report.Instance] is not (> 0 and var held))
            return null;
        if (waiting == 0)
            return false;
        var fresh = view[EphemeralPortRows.Fresh, report.Instance] ?? 0;
        var remark = !isReused ? "."
            : isIdle ? $". net.ipv4.tcp_tw_reuse is {view[SysctlRows.TcpTwReuse]}, yet connect() reuses none of them (TWRecycled does not "
                + "rise): the other side sends no timestamps."
            : fresh * 2 >= waiting ? $". {fresh} of them are younger than a second, and connect() reuses only older ones."
            : "; not counted above, because connect() reuses such a port after a second.";
        report.Evidence.Add(
            $"{waiting} of the {held} ports that it holds now ({100 * waiting / held} percent) are in TIME_WAIT: this side closed those "
            + $"connections within the last minute{remark}");
        return waiting * 2 >= held;
    }

    static void BoundBeforeConnect(ResourceReport report, SourceInstance source, SampleView view)
    {
        report.Evidence.Add(
            $"{report.Peak ?? 0} of the {report.PeakLimit ?? 0} usable local ports of {source.Source.Address} are taken, nearly all by a "
            + "single connection each, to several destinations: the sockets are bound before connect() (bind() with port 0).");
        Reserved(report, view);
        report.Evidence.Add(
            "Such a bind() needs a port that no other socket of this address uses, in TIME_WAIT or not, whatever its destination. It fails "
            + "with EADDRINUSE though no destination is full, and no kernel counter shows the failures.");
        report.Advice.Add(
            "Set IP_BIND_ADDRESS_NO_PORT on the socket before bind(), or do not bind at all: connect() then chooses the port, and each "
            + "destination has the whole range to itself.");
        Widen(report, view);
        report.Advice.Add("Use more source addresses here: each has the whole range. Keep connections open and reuse them.");
        report.WillNotFix.Add("More destinations: a bound port is taken for all of them.");
        report.WillNotFix.Add("tcp_tw_reuse: it applies only where connect() chooses the port.");
    }

    /// <summary>Mentions reserved ports from a tenth of the range on.</summary>
    static void Reserved(ResourceReport report, SampleView view)
    {
        if (view[EphemeralPortRows.Reserved] is not { } reserved || view[EphemeralPortRows.Usable] is not { } usable)
            return;
        var range = reserved + usable;
        if (reserved > 0 && reserved * 10 >= range)
            report.Evidence.Add($"net.ipv4.ip_local_reserved_ports takes {reserved} of the {range} ports of the range.");
    }

    static void Widen(ResourceReport report, SampleView view)
    {
        if (view[SysctlRows.IpLocalPortRange[0]] is not { } low || view[SysctlRows.IpLocalPortRange[1]] is not { } high)
            return;
        report.Advice.Add(view[EphemeralPortRows.Reserved] is { } reserved && reserved > view[EphemeralPortRows.Usable]
            ? $"Reserve fewer ports in net.ipv4.ip_local_reserved_ports, which takes {reserved} of those from {low} to {high}, or widen "
                + "net.ipv4.ip_local_port_range beyond them."
            : $"Widen net.ipv4.ip_local_port_range, now {low} to {high}, and reserve the ports that services listen on in "
                + "ip_local_reserved_ports.");
    }
}
