using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of the tables and memory that bound connections.</summary>
static class TableAdvice
{
    internal static void TimeWait(ResourceReport report, SampleView view)
    {
        Full(report, "sockets in TIME_WAIT", "TCPTimeWaitOverflow");
        report.Evidence.Add(
            "A connection closed beyond the limit skips TIME_WAIT; that may hurt it if packets of it still are on their way, and is all "
            + "that happens.");
        var raise = Raise("net.ipv4.tcp_max_tw_buckets", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"{raise} in this network namespace: an entry takes about a quarter of a KiB.");
        report.Advice.Add("Keep connections open (keep-alive, pooling): TIME_WAIT is at the side that closes first.");
        report.WillNotFix.Add("tcp_fin_timeout: it is about FIN_WAIT2; the 60 s of TIME_WAIT are fixed in the kernel.");
        report.WillNotFix.Add("tcp_tw_recycle: it broke clients behind NAT and is gone since Linux 4.12.");
    }

    internal static void Orphans(ResourceReport report, SampleView view)
    {
        Full(report, "orphaned sockets", "TCPAbortOnMemory");
        report.Evidence.Add(
            "These are connections that their application has closed and whose data or FIN the peer does not acknowledge. The limit is "
            + "for the whole host.");
        report.Advice.Add("Find the peers that stopped answering: ss -tno state fin-wait-1 state last-ack state closing");
        if (view[SysctlRows.TcpOrphanRetries] is { } retries)
            report.Advice.Add($"sysctl -w net.ipv4.tcp_orphan_retries=2: at {retries} (0 means 8) they are kept for minutes.");
        var raise = Raise("net.ipv4.tcp_max_orphans", report.Limit, memory: view[Sysctl.MemoryTotal]);
        report.Advice.Add($"{raise}, if memory allows: each may hold up to 64 KiB.");
        report.WillNotFix.Add("tcp_max_tw_buckets: TIME_WAIT sockets are no orphans.");
    }

    internal static void TcpMemory(ResourceReport report, SampleView view)
    {
        var page = Environment.SystemPageSize;
        if (report.Limit == 0)
            report.Evidence.Add($"{ZeroLimits.Meaning(report)}. TCP buffers took {Mebibytes(report.Peak)}, for the whole host.");
        else if (view[SysctlRows.TcpMem[1]] is { } pressure && report.Peak is { } peak && peak < report.Limit)
            report.Evidence.Add(
                $"TCP buffers took {Mebibytes(peak)}; from tcp_mem[1], {Mebibytes(pressure * page)}, on the kernel holds buffers down "
                + $"and windows shrink. The hard limit is {Mebibytes(report.Limit)}.");
        else
            report.Evidence.Add($"TCP buffers took {Share(report)}, for the whole host.");
        if (report.Losses > 0)
            report.Evidence.Add($"{report.Losses} times received data was pruned or dropped, or a connection was ended, for want of it.");
        report.Advice.Add(
            "Find the sockets that hold it: ss -tnm (skmem r and t), most often readers that are too slow or peers that do not "
            + "acknowledge.");
        report.Advice.Add(
            report.Limit == 0 && view[Sysctl.MemoryTotal] is { } memory
                ? $"sysctl -w net.ipv4.tcp_mem=\"{KernelDefaults.Pages(memory, 16)}\" on the host, in pages of {page} bytes: what the "
                    + "kernel chooses for this much memory."
                : $"tcp_mem is in pages of {page} bytes: raise all three values of net.ipv4.tcp_mem together, if the host has the memory.");
        report.WillNotFix.Add("tcp_rmem and tcp_wmem: raising them lets each socket take more of what is short.");
    }

    internal static void UdpMemory(ResourceReport report, SampleView view)
    {
        if (report.Limit == 0)
            report.Evidence.Add($"{ZeroLimits.Meaning(report)}.");
        var page = Environment.SystemPageSize;
        report.Evidence.Add(
            $"UDP buffers took {Share(report)}, for the whole host{(report.Losses > 0 ? $"; MemErrors rose by {report.Losses}" : "")}.");
        if (report.State == ResourceState.Limiting && report.Losses is not > 0)
            report.Evidence.Add("At the limit datagrams are dropped; newer kernels count that only at the socket (ss -unm, d in skmem).");
        report.Advice.Add("Find the socket that does not read: ss -unm (Recv-Q)");
        report.Advice.Add(
            report.Limit == 0 && view[Sysctl.MemoryTotal] is { } memory
                ? $"sysctl -w net.ipv4.udp_mem=\"{KernelDefaults.Pages(memory, 8)}\" on the host, in pages of {page} bytes: what the "
                    + "kernel chooses for this much memory."
                : $"udp_mem is in pages of {page} bytes: raise its three values together, if the host has the memory.");
        report.WillNotFix.Add("rmem_max: a larger buffer for one socket takes more of what is short.");
    }

    internal static void Fragments(ResourceReport report, SampleView view)
    {
        Full(report, "bytes of fragments", "ReasmFails, without those that ReasmTimeout counts too,");
        if (view[RecentRows.ReassemblyTimeouts] is > 0 and var timeouts)
            report.Evidence.Add(
                $"{timeouts} packets were given up because a fragment did not come in time: they were lost on the way.");
        report.Advice.Add(
            "Find out why packets are fragmented: a tunnel without room in its MTU, or UDP datagrams larger than the MTU. Not "
            + "fragmenting is better than more memory.");
        report.Advice.Add(
            report.Subject == "IPv6"
                ? $"{Raise("net.ipv6.ip6frag_high_thresh", report.Limit)} (bytes, per namespace)"
                : $"{Raise("net.ipv4.ipfrag_high_thresh", report.Limit)} (bytes, per namespace)");
        report.WillNotFix.Add("A longer ipfrag_time: fragments whose rest is lost then hold the memory longer.");
    }

    /// <summary>The two sentences that every full table begins with.</summary>
    internal static void Full(ResourceReport report, string things, string counters)
    {
        if (report.Limit is { } limit)
            report.Evidence.Add(
                limit > 0
                    ? $"It held up to {report.Peak} of {limit} {things}."
                    : $"{ZeroLimits.Meaning(report)}. It held up to {report.Peak} {things}.");
        if (report.Losses > 0)
            report.Evidence.Add($"{counters} rose by {report.Losses}.");
        else if (report.State == ResourceState.Near)
            report.Evidence.Add("Nothing was lost for it yet.");
    }

    /// <summary>
    /// The command that sets it, or where the present limit is not known, what to raise: to some times of what it is, to no less than the
    /// kernel's own default and no more than the kernel takes.
    /// </summary>
    internal static string Raise(string setting, long? limit, int factor = 2, long? memory = null)
    {
        if (limit is not { } known)
            return $"Raise {setting}";
        var most = KernelDefaults.MostOf(setting);
        var wanted = known > most / factor ? most : Math.Max(known * factor, KernelDefaults.Of(setting, memory));
        return wanted > known ? $"sysctl -w {setting}={wanted}" : $"Leave {setting}, which is at the most that the kernel takes";
    }

    static string Share(ResourceReport report) =>
        report.Limit is null ? "more memory than they may"
        : report.Limit == 0 ? Mebibytes(report.Peak)
        : $"{Mebibytes(report.Peak)} of {Mebibytes(report.Limit)}";

    internal static string Mebibytes(long? bytes) =>
        bytes is not { } known
            ? "?"
            : known < 1 << 20 ? $"{known} bytes"
            : FormattableString.Invariant($"{known / (double)(1 << 20):0.#} MiB");
}
