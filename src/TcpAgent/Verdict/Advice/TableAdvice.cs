using TcpAgent.Kernel.Log;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the tables and the memory that limit connections.</summary>
static class TableAdvice
{
    internal static void TimeWait(ResourceReport report, SampleView view)
    {
        Full(report, view, "sockets in TIME_WAIT", "TCPTimeWaitOverflow");
        KernelLogAdvice.Add(report, view, KernelEvent.TimeWaitOverflow, "TCP: time wait bucket table overflow");
        report.Evidence.Add(
            "A connection closed beyond the limit skips TIME_WAIT. That can only hurt if some of its packets are still on their way.");
        var raise = Raise("net.ipv4.tcp_max_tw_buckets", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"{raise} in this network namespace: an entry takes about a quarter of a KiB.");
        report.Advice.Add("Keep connections open (keep-alive, pooling): the side that closes first gets the TIME_WAIT.");
        report.WillNotFix.Add("tcp_fin_timeout: it applies to FIN_WAIT2; the 60 s of TIME_WAIT are fixed in the kernel.");
        report.WillNotFix.Add("tcp_tw_recycle: it broke clients behind NAT, and Linux 4.12 removed it.");
    }

    internal static void Orphans(ResourceReport report, SampleView view)
    {
        Full(report, view, "orphaned sockets", "TCPAbortOnMemory");
        KernelLogAdvice.Add(report, view, KernelEvent.TooManyOrphans, "TCP: too many orphaned sockets");
        report.Evidence.Add(
            "Orphans are connections that their application has closed and whose data or FIN the peer does not acknowledge. The limit "
            + "applies to the whole host.");
        report.Advice.Add("Find the peers that stopped answering: ss -tno state fin-wait-1 state last-ack state closing");
        if (view[SysctlRows.TcpOrphanRetries] is { } retries)
            report.Advice.Add($"sysctl -w net.ipv4.tcp_orphan_retries=2: at {retries} (0 means 8) the kernel keeps them for minutes.");
        var raise = Raise("net.ipv4.tcp_max_orphans", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"{raise}, if memory allows: each may hold up to 64 KiB.");
        report.WillNotFix.Add("tcp_max_tw_buckets: TIME_WAIT sockets are not orphans.");
    }

    internal static void TcpMemory(ResourceReport report, SampleView view)
    {
        var page = Environment.SystemPageSize;
        if (report.Limit == 0)
            report.Evidence.Add($"{ZeroLimits.Meaning(report)}. TCP buffers took {Mebibytes(report.Peak)}, for the whole host.");
        else if (view[SysctlRows.TcpMem[1]] is { } pressure && report.Peak is { } peak && peak < report.Limit)
            report.Evidence.Add(
                $"TCP buffers took {Mebibytes(peak)}; above tcp_mem[1], {Mebibytes(pressure * page)}, the kernel limits buffers and "
                + $"windows shrink. The hard limit is {Mebibytes(report.Limit)}.");
        else
            report.Evidence.Add($"TCP buffers took {Share(report)}, for the whole host.");
        if (report.Losses > 0)
            report.Evidence.Add(
                $"Because memory ran out, received data was pruned or dropped, or a connection ended, {report.Losses} times.");
        KernelLogAdvice.Add(report, view, KernelEvent.TcpOutOfMemory, "TCP: out of memory -- consider tuning tcp_mem");
        report.Advice.Add(
            "Find the sockets that hold it: ss -tnm (skmem r and t). Most often readers are too slow or peers do not acknowledge.");
        report.Advice.Add(
            report.Limit == 0 && view[Sysctl.MemoryTotal] is { } memory
                ? $"sysctl -w net.ipv4.tcp_mem=\"{KernelDefaults.Pages(memory, 16)}\" on the host, in pages of {page} bytes: the kernel's "
                    + "own choice for this much memory."
                : $"tcp_mem is in pages of {page} bytes: raise all three values of net.ipv4.tcp_mem together, if the host has the memory.");
        report.WillNotFix.Add("tcp_rmem and tcp_wmem: raising them lets each socket take more of the memory that is short.");
    }

    internal static void UdpMemory(ResourceReport report, SampleView view)
    {
        if (report.Limit == 0)
            report.Evidence.Add($"{ZeroLimits.Meaning(report)}.");
        var page = Environment.SystemPageSize;
        report.Evidence.Add(
            $"UDP buffers took {Share(report)}, for the whole host{(report.Losses > 0 ? $"; MemErrors rose by {report.Losses}" : "")}.");
        if (report.State == ResourceState.Limiting && report.Losses is not > 0)
            report.Evidence.Add(
                "At the limit the kernel drops datagrams; newer kernels count that only at the socket (ss -unm, d in skmem).");
        report.Advice.Add("Find the socket that does not read: ss -unm (Recv-Q)");
        report.Advice.Add(
            report.Limit == 0 && view[Sysctl.MemoryTotal] is { } memory
                ? $"sysctl -w net.ipv4.udp_mem=\"{KernelDefaults.Pages(memory, 8)}\" on the host, in pages of {page} bytes: the kernel's "
                    + "own choice for this much memory."
                : $"udp_mem is in pages of {page} bytes: raise its three values together, if the host has the memory.");
        report.WillNotFix.Add("rmem_max: a larger buffer for one socket takes more of the memory that is short.");
    }

    internal static void Fragments(ResourceReport report, SampleView view)
    {
        Full(report, view, "bytes of fragments", "ReasmFails minus ReasmTimeout");
        if (view[RecentRows.ReassemblyTimeouts] is > 0 and var timeouts)
            report.Evidence.Add(
                $"{timeouts} packets were given up because a fragment did not arrive in time: it was lost on the way.");
        report.Advice.Add(
            "Find out why packets are fragmented: a tunnel without room in its MTU, or UDP datagrams larger than the MTU. Avoiding "
            + "fragments is better than more memory.");
        report.Advice.Add(
            report.Subject == "IPv6"
                ? $"{Raise("net.ipv6.ip6frag_high_thresh", report.Limit)} (bytes, per namespace)"
                : $"{Raise("net.ipv4.ipfrag_high_thresh", report.Limit)} (bytes, per namespace)");
        report.WillNotFix.Add("A longer ipfrag_time: fragments of packets that never complete then hold the memory longer.");
    }

    /// <summary>Adds the two sentences that begin the report of every full table.</summary>
    internal static void Full(ResourceReport report, SampleView view, string things, string counters)
    {
        if (report.PeakLimit is { } limit)
            report.Evidence.Add(
                limit > 0
                    ? $"It held up to {report.Peak} of {limit} {things}."
                    : $"{ZeroLimits.Meaning(report)}. It held up to {report.Peak} {things}.");
        if (report.Losses > 0)
            report.Evidence.Add($"{counters} rose by {report.Losses}.");
        else if (report.State == ResourceState.Near)
            report.Evidence.Add(Undropped.Within(report, view));
    }

    /// <summary>
    /// The command that raises the setting to a multiple of the present limit, but to no less than the kernel's own default and no more
    /// than the kernel accepts. If the present limit is unknown, it only names the setting.
    /// </summary>
    internal static string Raise(string setting, long? limit, int factor = 2, long? memory = null)
    {
        if (limit is not { } known)
            return $"Raise {setting}";
        var most = KernelDefaults.MostOf(setting);
        var wanted = known > most / factor ? most : Math.Max(known * factor, KernelDefaults.Of(setting, memory));
        return wanted > known ? $"sysctl -w {setting}={wanted}" : $"Leave {setting}, which is at the maximum that the kernel accepts";
    }

    static string Share(ResourceReport report) =>
        report.Limit is null ? "more memory than allowed"
        : report.Limit == 0 ? Mebibytes(report.Peak)
        : $"{Mebibytes(report.Peak)} of {Mebibytes(report.Limit)}";

    internal static string Mebibytes(long? bytes) =>
        bytes is not { } known
            ? "?"
            : known < 1 << 20 ? $"{known} bytes"
            : FormattableString.Invariant($"{known / (double)(1 << 20):0.#} MiB");
}
