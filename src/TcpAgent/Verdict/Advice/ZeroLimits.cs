namespace TcpAgent.Verdict;

/// <summary>What a limit of 0 means to the kernel. It differs by resource, and nowhere does it mean a full queue.</summary>
static class ZeroLimits
{
    /// <summary>The meaning, without a full stop.</summary>
    internal static string Meaning(ResourceReport report) => report.Resource.Name switch
    {
        "time_wait" => "net.ipv4.tcp_max_tw_buckets is 0: no connection enters TIME_WAIT, and the kernel forgets each one the moment it is "
        + "closed",
        "orphans" => "net.ipv4.tcp_max_orphans is 0: the kernel resets a connection as soon as its application closes it, and unsent data "
        + "is lost",
        "fragments" => report.Subject == "IPv6"
            ? "net.ipv6.ip6frag_high_thresh is 0: reassembly is off, and every IPv6 fragment is dropped"
            : "net.ipv4.ipfrag_high_thresh is 0: reassembly is off, and every IPv4 fragment is dropped",
        "neighbour_v4" => "net.ipv4.neigh.default.gc_thresh3 is 0: no neighbour can be added, so only permanent ones can be reached",
        "neighbour_v6" => "net.ipv6.neigh.default.gc_thresh3 is 0: no neighbour can be added, so only permanent ones can be reached",
        "route_cache_v6" => "net.ipv6.route.max_size is 0: no route is cached above gc_thresh",
        "tcp_memory" => "The last value of net.ipv4.tcp_mem is 0: no TCP socket may have memory for its buffers",
        "udp_memory" => "The last value of net.ipv4.udp_mem is 0: no UDP socket may have memory for its buffers",
        "file_handles" => "fs.file-max is 0: only root can open a file",
        "softnet_backlog" => "net.core.netdev_max_backlog is 0: the backlog of a CPU accepts one packet and drops the next",
        _ => "The limit is 0",
    };
}
