namespace TcpAgent.Kernel.Netlink;

/// <summary>One entry of the connection tracking table, as its first packet was: before NAT.</summary>
readonly ref struct ConntrackRow
{
    internal const byte IPPROTO_TCP = 6;

    /// <summary>The state where the kernel gives none.</summary>
    internal const int NoState = -1;

    const uint IPS_SEEN_REPLY = 1 << 1;
    const uint IPS_ASSURED = 1 << 2;
    const uint IPS_OFFLOAD = 1 << 14;

    /// <summary>The number of the IP protocol.</summary>
    internal required byte Protocol { get; init; }

    /// <summary>Who opened it, with port 0.</summary>
    internal required Endpoint Source { get; init; }

    /// <summary>The address and port that were asked for. The port is 0 for a protocol without ports.</summary>
    internal required Endpoint Destination { get; init; }

    /// <summary>Bits of enum ip_conntrack_status (include/uapi/linux/netfilter/nf_conntrack_common.h).</summary>
    internal required uint Status { get; init; }

    /// <summary>
    /// enum tcp_conntrack (include/uapi/linux/netfilter/nf_conntrack_tcp.h). <see cref="NoState"/> for other protocols, and for a
    /// connection that a flow table forwards.
    /// </summary>
    internal required int TcpState { get; init; }

    /// <summary>Nothing has come back yet.</summary>
    internal bool IsUnreplied => (Status & IPS_SEEN_REPLY) == 0;

    /// <summary>A full table does not evict it.</summary>
    internal bool IsAssured => (Status & IPS_ASSURED) != 0;

    /// <summary>A flow table forwards its packets, so the kernel does not follow its state.</summary>
    internal bool IsOffloaded => (Status & IPS_OFFLOAD) != 0;
}
