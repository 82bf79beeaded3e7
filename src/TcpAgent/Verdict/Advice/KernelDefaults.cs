namespace TcpAgent.Verdict;

/// <summary>The kernel's own defaults, to return to where a limit is 0 or very small.</summary>
static class KernelDefaults
{
    /// <summary>NR_FILE (include/uapi/linux/limits.h), the minimum that fs/file_table.c chooses.</summary>
    const long LeastFiles = 8192;

    /// <summary>
    /// Entries of the TCP connection hash: one per 128 KiB of memory, rounded to a power of two (net/ipv4/tcp.c, tcp_init).
    /// </summary>
    const long MemoryPerHashEntry = 128 * 1024, MostHashEntries = 512 * 1024;

    /// <param name="setting">The dotted name of the sysctl.</param>
    /// <param name="memory">The host's memory in bytes, from which the kernel derives some defaults.</param>
    internal static long Of(string setting, long? memory = null) => setting switch
    {
        "net.ipv4.tcp_max_tw_buckets" or "net.ipv4.tcp_max_orphans" => HashEntries(memory) / 2,
        "net.ipv4.ipfrag_high_thresh" or "net.ipv6.ip6frag_high_thresh" => 4 << 20,
        "net.ipv4.neigh.default.gc_thresh3" or "net.ipv6.neigh.default.gc_thresh3" => 1024,
        "net.ipv6.route.max_size" => 4096,
        "net.core.somaxconn" => 4096,
        "net.core.netdev_max_backlog" => 1000,
        "fs.file-max" => Math.Max(LeastFiles, (memory ?? 0) / 1024 / 10),
        _ => 1,
    };

    /// <summary>The largest value that the kernel accepts: most limits are ints.</summary>
    internal static long MostOf(string setting) => setting switch
    {
        "net.ipv4.ipfrag_high_thresh" or "net.ipv6.ip6frag_high_thresh" or "fs.file-max" => long.MaxValue,
        _ => int.MaxValue,
    };

    /// <summary>
    /// The three values of tcp_mem or udp_mem: the middle one is a fraction of memory, in pages (tcp_init_mem, udp_init).
    /// </summary>
    internal static string Pages(long memory, int part)
    {
        var middle = Math.Max(128, memory / Environment.SystemPageSize / part);
        return $"{middle / 4 * 3} {middle} {middle / 4 * 6}";
    }

    static long HashEntries(long? memory)
    {
        var entries = 1L;
        while (entries < MostHashEntries && entries * MemoryPerHashEntry < (memory ?? long.MaxValue))
            entries *= 2;
        return entries;
    }
}
