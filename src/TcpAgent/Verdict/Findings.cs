using System.Globalization;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Settings and piles of sockets that limit nothing now but will hurt: one row each, with the value read.</summary>
static class Findings
{
    const string Warning = "warning", Info = "info";

    const long FiveDays = 432_000;

    /// <summary>Fewer sockets than this in a state are no pile.</summary>
    const long Pile = 100;

    static readonly Row[]
        s_gcThreshV4 = [SysctlRows.NeighV4GcThresh1, SysctlRows.NeighV4GcThresh2, SysctlRows.NeighV4GcThresh3],
        s_gcThreshV6 = [SysctlRows.NeighV6GcThresh1, SysctlRows.NeighV6GcThresh2, SysctlRows.NeighV6GcThresh3];

    static readonly (string Id, string Severity, Func<SampleView, string?> Check)[] s_checks =
    [
        ("syncookies_off", Warning, view => view[SysctlRows.TcpSyncookies] == 0
            ? "net.ipv4.tcp_syncookies is 0: a SYN flood that fills the SYN queue of a listener shuts out every client. 1 is the kernel's default."
            : null),
        ("syncookies_always", Info, view => view[SysctlRows.TcpSyncookies] == 2
            ? "net.ipv4.tcp_syncookies is 2: every handshake uses a cookie, with or without a flood, and cookie counters say nothing. It is meant for tests."
            : null),
        ("abort_on_overflow", Warning, view => view[SysctlRows.TcpAbortOnOverflow] is > 0
            ? "net.ipv4.tcp_abort_on_overflow is on: a full accept queue resets clients that a retransmission would have saved."
            : null),
        ("backlog_below_somaxconn", Info, SmallBacklogs),
        ("somaxconn_low", Warning, view => view[SysctlRows.Somaxconn] is < 1024 and var max
            ? $"net.core.somaxconn is {max}: no listener of this namespace can have a longer accept queue, whatever backlog it asks for. 4096 is the default since Linux 5.4."
            : null),
        ("listener_drops", Warning, ListenerDrops),
        ("listener_in_port_range", Warning, ListenersInPortRange),
        ("conntrack_timeout_established", Info, view => view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= FiveDays and var timeout
            ? $"net.netfilter.nf_conntrack_tcp_timeout_established is {timeout} s ({timeout / 86400} days): connections whose end was not seen fill the table for that long."
            : null),
        ("conntrack_buckets", Warning, view =>
            view[Conntrack.Buckets] is > 0 and var buckets && view[Conntrack.Limit] is { } max && max > 8 * buckets
                ? $"nf_conntrack_max is {max} but there are {buckets} buckets: a full table has chains of {max / buckets} entries and more. Keep max at no more than 4 times the buckets."
                : null),
        ("conntrack_max_small", Info, SmallConntrack),
        ("conntrack_max_memory", Warning, view =>
            view[Conntrack.Limit] is { } max && view[Sysctl.MemoryTotal] is { } memory && max * ConntrackEntry > memory / 4
                ? $"nf_conntrack_max is {max}: a full table takes about {TableAdvice.Mebibytes(max * ConntrackEntry)} of {TableAdvice.Mebibytes(memory)} of memory that cannot be swapped."
                : null),
        ("tcp_mem_as_bytes", Warning, view => PagesAsBytes(view, "net.ipv4.tcp_mem", SysctlRows.TcpMem)),
        ("udp_mem_as_bytes", Warning, view => PagesAsBytes(view, "net.ipv4.udp_mem", SysctlRows.UdpMem)),
        ("gc_thresh_order", Warning, view => WrongThresholds(view, "ipv4", s_gcThreshV4) ?? WrongThresholds(view, "ipv6", s_gcThreshV6)),
        ("neighbours_above_gc_thresh2", Info, view => ManyNeighbours(view, "ipv4", Neighbours.V4.Entries, s_gcThreshV4) ?? ManyNeighbours(view, "ipv6", Neighbours.V6.Entries, s_gcThreshV6)),
        ("tw_recycle", Warning, view => view[SysctlRows.TcpTwRecycle] is > 0
            ? "net.ipv4.tcp_tw_recycle is on: it drops connections from clients behind NAT. It was removed in Linux 4.12; switch it off."
            : null),
        ("time_wait_is_harmless", Info, ManyTimeWait),
        ("close_wait_pile", Warning, view => States(view, TcpState.CloseWait) is >= Pile and var waiting && waiting > States(view, TcpState.Established) / 5
            ? $"{waiting} sockets are in CLOSE_WAIT: their peers have closed and the application has not. No setting ends them; find the process (ss -tnp state close-wait)."
            : null),
        ("fin_wait2_pile", Info, view => States(view, TcpState.FinWait2) is >= Pile and var waiting && waiting > States(view, TcpState.Established) / 5
            ? $"{waiting} sockets are in FIN_WAIT2: this side has closed and the peers have not. Without a process they end after tcp_fin_timeout ({view[SysctlRows.TcpFinTimeout]} s)."
            : null),
    ];

    /// <summary>struct nf_conn with its hash entry and extensions, about.</summary>
    const int ConntrackEntry = 320;

    internal static IReadOnlyList<Finding> Check(SampleView view)
    {
        var findings = new List<Finding>();
        foreach (var (id, severity, check) in s_checks)
            if (check(view) is { } text)
                findings.Add(new Finding(id, severity, text));
        return findings;
    }

    static long States(SampleView view, TcpState state) => view[SocketRows.Of(state)] ?? 0;

    static string? SmallBacklogs(SampleView view)
    {
        if (view[SysctlRows.Somaxconn] is not { } somaxconn)
            return null;
        var (count, text) = (0, "");
        foreach (var (instance, limit) in view.Instances(Listeners.Limit))
        {
            if (limit >= somaxconn || view[Listeners.SocketsOfOne, instance] is > 1)
                continue;
            if (++count <= 3)
                text += $"{(count == 1 ? "" : ", ")}{instance.Subject} {limit}";
        }
        return count == 0 ? null
            : $"{count} listener{(count == 1 ? "" : "s")} with a backlog below somaxconn ({somaxconn}): {text}{(count > 3 ? ", ..." : "")}. "
            + "128 and 511 are what many programs ask for unless configured; raising somaxconn does nothing for them.";
    }

    /// <summary>Drops that neither queue of a listener explains; a stray segment now and then is no finding.</summary>
    static string? ListenerDrops(SampleView view)
    {
        long Lost(Resource resource) => view[ResourceRows.RecentLosses, resource.Instance] ?? 0;
        var (most, name) = (9L, "");
        foreach (var (instance, drops) in view.Instances(Listeners.RecentDrops))
            if (drops > most)
                (most, name) = (drops, instance.Subject);
        return name.Length == 0 || Lost(ResourceCatalog.AcceptQueue) > 0 || Lost(ResourceCatalog.SynQueue) > 0 ? null
            : $"{name} dropped {most} packets though neither of its queues was full: no route back to the clients (ip route get ADDRESS), a rule that "
            + "rejects the answer, no memory, or segments of no connection.";
    }

    static string? ListenersInPortRange(SampleView view)
    {
        var ports = new List<string>();
        foreach (var (instance, _) in view.Instances(EphemeralPortRows.Unreserved))
            ports.Add(instance.Subject);
        return ports.Count == 0 ? null
            : $"port {string.Join(", ", ports)} is listened on and lies in ip_local_port_range ({view[SysctlRows.IpLocalPortRange[0]]} to "
            + $"{view[SysctlRows.IpLocalPortRange[1]]}): after a restart an outgoing connection may hold it and bind() fails. Add it to net.ipv4.ip_local_reserved_ports.";
    }

    /// <summary>The usual recommendation: memory in bytes / 16384 / (bits of a word / 32).</summary>
    static string? SmallConntrack(SampleView view)
    {
        if (view[Conntrack.Entries] is not > 0 || view[Conntrack.Limit] is not { } max
            || view[Sysctl.MemoryTotal] is not { } memory)
            return null;
        var usual = memory / 16384 / (IntPtr.Size * 8 / 32);
        return max < usual / 4
            ? $"nf_conntrack_max is {max}; for {TableAdvice.Mebibytes(memory)} of memory {usual} is usual."
            : null;
    }

    static string? PagesAsBytes(SampleView view, string name, Row[] rows)
    {
        var page = Environment.SystemPageSize;
        return view[rows[2]] is { } pages && view[Sysctl.MemoryTotal] is { } memory && pages > memory / page
            ? $"{name} allows {pages} pages, {TableAdvice.Mebibytes((long)Math.Min((decimal)pages * page, long.MaxValue))}, which is more than all memory: it is in pages of {page} bytes, not in bytes."
            : null;
    }

    static string? WrongThresholds(SampleView view, string family, Row[] thresholds)
    {
        var (first, second, third) = (view[thresholds[0]], view[thresholds[1]], view[thresholds[2]]);
        return first > second || second > third
            ? $"net.{family}.neigh.default.gc_thresh1, 2 and 3 are {first}, {second} and {third}: they must rise, or entries are thrown out while there is room."
            : null;
    }

    static string? ManyNeighbours(SampleView view, string family, Row table, Row[] thresholds) =>
        view[table] is { } entries && entries > view[thresholds[1]]
            ? string.Create(CultureInfo.InvariantCulture, $"{entries} {family} neighbours are more than gc_thresh2 ({view[thresholds[1]]}): entries older than 5 s are thrown out and asked for again.")
            : null;

    static string? ManyTimeWait(SampleView view)
    {
        var limit = view[SysctlRows.TcpMaxTwBuckets];
        return States(view, TcpState.TimeWait) is >= 1000 and var waiting && waiting < limit * Resource.Near && States(view, TcpState.Established) < waiting
            ? $"{waiting} sockets in TIME_WAIT of {limit} allowed: harmless. They hold little memory, and ports only towards the same destination. There is nothing to tune."
            : null;
    }
}
