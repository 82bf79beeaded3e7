using TcpAgent.Kernel.Log;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the neighbour tables, the route cache and open files.</summary>
static class AddressAdvice
{
    internal static void NeighbourV4(ResourceReport report, SampleView view) =>
        Neighbour(report, view, "ipv4", "ip -4 neigh", KernelEvent.NeighbourV4Overflow, "arp_cache");

    internal static void NeighbourV6(ResourceReport report, SampleView view) =>
        Neighbour(report, view, "ipv6", "ip -6 neigh", KernelEvent.NeighbourV6Overflow, "ndisc_cache");

    static void Neighbour(ResourceReport report, SampleView view, string family, string command, KernelEvent kind, string table)
    {
        TableAdvice.Full(report, view, "neighbours", "table_fulls");
        KernelLogAdvice.Add(report, view, kind, $"neighbour: {table}: neighbor table overflow!");
        report.Evidence.Add(
            "All network namespaces of this host share one table; a host on the same link without an entry cannot be reached.");
        report.Advice.Add(
            $"{TableAdvice.Raise($"net.{family}.neigh.default.gc_thresh3", report.Limit, 4)} on the host, with gc_thresh2 at half of that "
            + "and gc_thresh1 at a quarter.");
        report.Advice.Add(
            $"Find what fills it ({command} show nud failed): a scan of the local network, or a subnet larger than the table.");
        report.WillNotFix.Add("Flushing the table: it fills again from the same cause.");
    }

    internal static void RouteCache(ResourceReport report, SampleView view)
    {
        TableAdvice.Full(report, view, "cached IPv6 routes", "gc_dst_overflow");
        KernelLogAdvice.Add(report, view, KernelEvent.RouteCacheFull, "Route cache is full");
        report.Advice.Add(
            $"{TableAdvice.Raise("net.ipv6.route.max_size", report.Limit, 4)}; since Linux 6.3 it is unlimited by default.");
        report.WillNotFix.Add("IPv4 settings: IPv4 no longer has a route cache.");
    }

    internal static void FileHandles(ResourceReport report, SampleView view)
    {
        if (report.Limit is { } limit)
            report.Evidence.Add(
                limit > 0
                    ? $"Up to {report.Peak} of {limit} files were open."
                    : $"{ZeroLimits.Meaning(report)}. Up to {report.Peak} files were open.");
        report.Evidence.Add(
            "The limit, fs.file-max, applies to the whole host. Above it only root can open files, and accept() fails with ENFILE.");
        var raise = TableAdvice.Raise("fs.file-max", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"Find the programs that hold them: lsof -n | awk '{{print $1}}' | sort | uniq -c | sort -n; then {raise}.");
        report.WillNotFix.Add("ulimit -n or LimitNOFILE: they limit one process, and this is the limit of the whole host.");
    }
}
