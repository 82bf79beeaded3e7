using System.Globalization;
using TcpAgent.Resources;

namespace TcpAgent.Cli;

/// <summary>A sysctl that is the limit of resources, alone or as an upper bound.</summary>
/// <param name="Name">Its name, as sysctl prints it.</param>
/// <param name="Resources">What it limits.</param>
sealed record SysctlBound(string Name, params Resource[] Resources)
{
    /// <summary>Returns the limit that a value gives, in the resource's unit; null if the kernel would refuse the value.</summary>
    internal Func<string, long?> LimitOf { get; init; } = Number;

    /// <summary>
    /// Whether each loss is one that found no place, so that no more places than those in use and those lost could have been taken.
    /// </summary>
    internal bool CountsEachLoss { get; init; } = true;

    /// <summary>
    /// Whether places are held, so that it tells something how fast they run out. A queue that drains by itself has no such time.
    /// </summary>
    internal bool Fills { get; init; } = true;

    /// <summary>What has to be done besides, or what it does not change; a sentence, or empty.</summary>
    internal string Caveat { get; init; } = "";

    /// <summary>All of them, in the order of the packet's way.</summary>
    internal static readonly SysctlBound[] All =
    [
        new("net.core.netdev_max_backlog", ResourceCatalog.SoftnetBacklog) { Fills = false },
        new("net.ipv4.neigh.default.gc_thresh3", ResourceCatalog.NeighbourV4),
        new("net.ipv6.neigh.default.gc_thresh3", ResourceCatalog.NeighbourV6),
        new("net.ipv6.route.max_size", ResourceCatalog.RouteCacheV6),
        new("net.netfilter.nf_conntrack_max", ResourceCatalog.Conntrack),
        new("net.core.somaxconn", ResourceCatalog.AcceptQueue, ResourceCatalog.AcceptQueueUnix)
        {
            Caveat = "A listener gets the lower of this and the backlog that it asks for, when it calls listen(): restart the application. "
                + "A longer queue lets clients wait longer; the application accepts no faster.",
        },
        new("net.ipv4.tcp_mem", ResourceCatalog.TcpMemory) { LimitOf = Pages, CountsEachLoss = false },
        new("net.ipv4.udp_mem", ResourceCatalog.UdpMemory) { LimitOf = Pages, CountsEachLoss = false },
        new("net.ipv4.tcp_max_orphans", ResourceCatalog.Orphans) { CountsEachLoss = false },
        new("net.ipv4.tcp_max_tw_buckets", ResourceCatalog.TimeWait),
        new("net.ipv4.ip_local_port_range", ResourceCatalog.EphemeralPorts, ResourceCatalog.EphemeralPortsUdp)
        {
            LimitOf = Ports,
            Caveat = "Ports in ip_local_reserved_ports are not subtracted here. Reserve those in the range on which a server listens.",
        },
        new("fs.file-max", ResourceCatalog.FileHandles),
    ];

    static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;

    /// <summary>The third value, above which the kernel refuses memory, in bytes.</summary>
    static long? Pages(string text) =>
        Numbers(text) is [var low, var pressure, var high] && low <= pressure && pressure <= high && high <= long.MaxValue / s_pageSize
            ? high * s_pageSize
            : null;

    static long? Ports(string text) =>
        Numbers(text) is [var first, var last] && first <= last && last <= ushort.MaxValue ? last - first + 1 : null;

    static readonly int s_pageSize = Environment.SystemPageSize;

    /// <summary>Positive numbers between spaces or tabs; empty if one is none.</summary>
    static long[] Numbers(string text)
    {
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = Array.ConvertAll(parts, part => Number(part) ?? 0);
        return Array.IndexOf(numbers, 0) < 0 ? numbers : [];
    }
}
