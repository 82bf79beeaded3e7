using System.Globalization;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about the settings of tables and memory.</summary>
static class TableFindings
{
    const long FiveDays = 432_000;

    /// <summary>The approximate size of struct nf_conn with its hash entry and extensions.</summary>
    const int ConntrackEntry = 320;

    static readonly Row[]
        s_gcThreshV4 = [SysctlRows.NeighV4GcThresh1, SysctlRows.NeighV4GcThresh2, SysctlRows.NeighV4GcThresh3],
        s_gcThreshV6 = [SysctlRows.NeighV6GcThresh1, SysctlRows.NeighV6GcThresh2, SysctlRows.NeighV6GcThresh3];

    internal static readonly FindingRule[] Rules =
    [
        new("conntrack_timeout_established", Finding.Info, view =>
            view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= FiveDays and var timeout
            ? $"net.netfilter.nf_conntrack_tcp_timeout_established is {timeout} s ({timeout / 86400} days): connections whose end was "
                + "not seen fill the table for that long."
            : null),
        new("conntrack_buckets", Finding.Warning, view =>
            view[Conntrack.Buckets] is > 0 and var buckets && view[Conntrack.Limit] is { } max && max > 8 * buckets
                ? $"nf_conntrack_max is {max} but there are {buckets} buckets: a full table has chains of {max / buckets} entries or more. "
                    + "Keep nf_conntrack_max at no more than 4 times the buckets."
                : null),
        new("conntrack_max_small", Finding.Info, SmallConntrack),
        new("conntrack_max_memory", Finding.Warning, view =>
            view[Conntrack.Limit] is { } max && view[Sysctl.MemoryTotal] is { } memory && max * ConntrackEntry > memory / 4
                ? $"nf_conntrack_max is {max}: a full table takes about {TableAdvice.Mebibytes(max * ConntrackEntry)} of the "
                    + $"{TableAdvice.Mebibytes(memory)} of memory, and it cannot be swapped."
                : null),
        new("tcp_mem_as_bytes", Finding.Warning, view => PagesAsBytes(view, "net.ipv4.tcp_mem", SysctlRows.TcpMem)),
        new("udp_mem_as_bytes", Finding.Warning, view => PagesAsBytes(view, "net.ipv4.udp_mem", SysctlRows.UdpMem)),
        new("gc_thresh_order", Finding.Warning, view =>
            WrongThresholds(view, "ipv4", s_gcThreshV4) ?? WrongThresholds(view, "ipv6", s_gcThreshV6)),
        new("neighbours_above_gc_thresh2", Finding.Info, view =>
            ManyNeighbours(view, "ipv4", Neighbours.V4.Entries, s_gcThreshV4) ?? ManyNeighbours(view, "ipv6", Neighbours.V6.Entries,
                s_gcThreshV6)),
    ];

    /// <summary>The usual recommendation: memory in bytes / 16384 / (bits of a word / 32).</summary>
    static string? SmallConntrack(SampleView view)
    {
        if (view[Conntrack.Entries] is not > 0 || view[Conntrack.Limit] is not (> 0 and var max)
            || view[Sysctl.MemoryTotal] is not { } memory)
            return null;
        var usual = memory / 16384 / (IntPtr.Size * 8 / 32);
        return max < usual / 4
            ? $"nf_conntrack_max is {max}; {usual} is usual for {TableAdvice.Mebibytes(memory)} of memory."
            : null;
    }

    static string? PagesAsBytes(SampleView view, string name, Row[] rows)
    {
        var page = Environment.SystemPageSize;
        return view[rows[2]] is { } pages && view[Sysctl.MemoryTotal] is { } memory && pages > memory / page
            ? $"{name} allows {pages} pages, {TableAdvice.Mebibytes((long)Math.Min((decimal)pages * page, long.MaxValue))}, which is more "
                + $"than all memory: the unit is pages of {page} bytes, not bytes."
            : null;
    }

    static string? WrongThresholds(SampleView view, string family, Row[] thresholds)
    {
        var (first, second, third) = (view[thresholds[0]], view[thresholds[1]], view[thresholds[2]]);
        return first > second || second > third
            ? $"net.{family}.neigh.default.gc_thresh1, 2 and 3 are {first}, {second} and {third}: they must be in ascending order, or "
                + "entries are evicted while there is room."
            : null;
    }

    static string? ManyNeighbours(SampleView view, string family, Row table, Row[] thresholds) =>
        view[table] is { } entries && entries > view[thresholds[1]]
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{entries} {family} neighbours are more than gc_thresh2 ({view[thresholds[1]]}): entries older than 5 s are evicted and "
                + $"then resolved again.")
            : null;
}
