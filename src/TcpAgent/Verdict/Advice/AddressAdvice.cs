using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of local ports, neighbours, routes and files.</summary>
static class AddressAdvice
{
    internal static void EphemeralPorts(ResourceReport report, SampleView view)
    {
        var (reuse, timestamps) = (view[SysctlRows.TcpTwReuse], view[SysctlRows.TcpTimestamps]);
        var isReused = PortUsage.IsReused(reuse, timestamps, report.Instance is TupleInstance { Tuple.IsLoopback: true });
        var remark = isReused ? "; not counted above, for connect() takes such a port again after a second" : "";
        report.Evidence.Add($"{report.Peak ?? 0} of the {report.Limit ?? 0} usable local ports are held for {(report.Subject.Length == 0 ? "one destination" : report.Subject)}.");
        if (view[EphemeralPortRows.TimeWait, report.Instance] is > 0 and var waiting && view[EphemeralPortRows.Used, report.Instance] is { } held)
            report.Evidence.Add($"{waiting} of the {held} that it holds now ({100 * waiting / held} percent) are in TIME_WAIT: connections closed by this side within the last minute{remark}.");
        report.Evidence.Add("The kernel counts no such failure: connect() to this destination ends with EADDRNOTAVAIL, while other destinations still have all ports.");
        report.Advice.Add("Keep connections to this destination open and use them again (keep-alive, pooling): nothing else lowers the need.");
        if (!isReused)
            report.Advice.Add("If most are in TIME_WAIT: sysctl -w net.ipv4.tcp_tw_reuse=1 lets connect() take such a port again after a second; it needs net.ipv4.tcp_timestamps=1 here and timestamps on the other side.");
        if (view[SysctlRows.IpLocalPortRange[0]] is { } low && view[SysctlRows.IpLocalPortRange[1]] is { } high)
            report.Advice.Add($"Widen net.ipv4.ip_local_port_range, now {low} to {high}, and reserve the ports that services listen on in ip_local_reserved_ports.");
        report.Advice.Add("More source addresses here, or more addresses or ports at the destination: each pair has the whole range of its own.");
        report.WillNotFix.Add("tcp_fin_timeout: it is about FIN_WAIT2; the 60 s of TIME_WAIT are fixed in the kernel.");
        report.WillNotFix.Add("tcp_max_tw_buckets or somaxconn: neither has to do with local ports.");
    }

    internal static void NeighbourV4(ResourceReport report, SampleView view) => Neighbour(report, "ipv4", "ip -4 neigh");

    internal static void NeighbourV6(ResourceReport report, SampleView view) => Neighbour(report, "ipv6", "ip -6 neigh");

    static void Neighbour(ResourceReport report, string family, string command)
    {
        TableAdvice.Full(report, "neighbours", "table_fulls");
        report.Evidence.Add("One table serves all network namespaces of this host; a host on the same link that is not in it cannot be reached.");
        report.Advice.Add($"{TableAdvice.Raise($"net.{family}.neigh.default.gc_thresh3", report.Limit, 4)} on the host, with gc_thresh2 at half and gc_thresh1 at a quarter of it.");
        report.Advice.Add($"See who fills it ({command} show nud failed): a scan of the local network, or a subnet larger than the table.");
        report.WillNotFix.Add("Flushing the table: what filled it fills it again.");
    }

    internal static void RouteCache(ResourceReport report, SampleView view)
    {
        TableAdvice.Full(report, "cached IPv6 routes", "gc_dst_overflow");
        report.Advice.Add($"{TableAdvice.Raise("net.ipv6.route.max_size", report.Limit, 4)}; since Linux 6.3 it is without limit by default.");
        report.WillNotFix.Add("IPv4 settings: IPv4 has no route cache any more.");
    }

    internal static void FileHandles(ResourceReport report, SampleView view)
    {
        if (report.Limit is { } limit)
            report.Evidence.Add(
                limit > 0
                    ? $"Up to {report.Peak} of {limit} files were open."
                    : $"{ZeroLimits.Meaning(report)}. Up to {report.Peak} files were open.");
        report.Evidence.Add("The limit, fs.file-max, is for the whole host; above it only root can open more, and accept() fails with ENFILE.");
        var raise = TableAdvice.Raise("fs.file-max", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"Find who holds them: lsof -n | awk '{{print $1}}' | sort | uniq -c | sort -n; then {raise}.");
        report.WillNotFix.Add("ulimit -n or LimitNOFILE: those bound one process, this is the whole host.");
    }
}
