using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// What is in the connection tracking table. The kernel lists it bucket by bucket, and the bucket of an entry is a keyed hash of its
/// addresses and ports (net/netfilter/nf_conntrack_core.c, hash_conntrack_raw), so the first entries of the list are a random sample of
/// all. Each is listed once, in the bucket of its first packet. A later sample without addresses allocates only the socket.
/// </summary>
/// <param name="withAddresses">Whether sources and destinations are counted too.</param>
sealed class TrackedSample(bool withAddresses)
{
    /// <summary>A share of this many is off by at most 0.7 percent in 19 of 20 cases, and to read them takes some 40 ms.</summary>
    internal const int MostEntries = 20_000;

    /// <summary>The protocol that has states.</summary>
    internal const string Tcp = "tcp";

    /// <summary>enum tcp_conntrack in its order.</summary>
    static readonly string[] s_states =
    [
        "none", "syn_sent", "syn_recv", "established", "fin_wait", "close_wait", "last_ack", "time_wait", "close", "syn_sent2",
    ];

    readonly byte[] _request = Ctnetlink.Request();
    readonly Dictionary<string, TrackedGroup> _protocols = [], _states = [];
    readonly Dictionary<Endpoint, TrackedGroup> _sources = [], _destinations = [];

    /// <summary>All that was read.</summary>
    internal TrackedGroup All { get; } = new("all");

    /// <summary>The groups that are exported: protocols, and in place of TCP its states. Those of earlier samples stay.</summary>
    internal List<TrackedGroup> Exported { get; } = [];

    /// <summary>Each protocol, the largest first.</summary>
    internal TrackedGroup[] Protocols => Largest(_protocols.Values, _protocols.Count);

    /// <summary>Each state of the entries of <see cref="Tcp"/>, the largest first.</summary>
    internal TrackedGroup[] States => Largest(_states.Values, _states.Count);

    /// <summary>Whether nothing was left to read.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>Messages that were not in the kernel's format and are left out.</summary>
    internal ParseResult Malformed { get; private set; }

    /// <summary>The addresses that opened the most entries, the largest first.</summary>
    internal TrackedGroup[] LargestSources(int most) => Largest(_sources.Values, most);

    /// <summary>The addresses and ports that were asked for most, before NAT.</summary>
    internal TrackedGroup[] LargestDestinations(int most) => Largest(_destinations.Values, most);

    /// <summary>Reads the table and closes the socket, which ends the kernel's walk.</summary>
    /// <returns>0 or the errno: EPERM without CAP_NET_ADMIN.</returns>
    internal int Take(NetlinkDump dump)
    {
        Clear();
        IsComplete = true;
        dump.Begin(_request);
        while (IsComplete && dump.TryRead(out var type, out var payload))
        {
            if (All.Entries + dump.Malformed.Dropped == MostEntries)
                IsComplete = false;
            else if (Ctnetlink.TryRead(type, payload, out var row))
                Add(row);
            else
                dump.Refuse();
        }
        Malformed = dump.Malformed;
        dump.Close();
        return dump.Errno;
    }

    void Clear()
    {
        All.Clear();
        foreach (var group in _protocols.Values)
            group.Clear();
        foreach (var group in _states.Values)
            group.Clear();
        _sources.Clear();
        _destinations.Clear();
    }

    void Add(in ConntrackRow row)
    {
        All.Add(row);
        In(_protocols, NameOf(row.Protocol), isState: false).Add(row);
        if (row.Protocol == ConntrackRow.IPPROTO_TCP)
            In(_states, StateOf(row), isState: true).Add(row);
        if (!withAddresses)
            return;
        In(_sources, row.Source).Add(row);
        In(_destinations, row.Destination).Add(row);
    }

    TrackedGroup In(Dictionary<string, TrackedGroup> groups, string name, bool isState) =>
        groups.TryGetValue(name, out var group) ? group : Learn(groups, name, isState);

    [MethodImpl(MethodImplOptions.NoInlining)]
    TrackedGroup Learn(Dictionary<string, TrackedGroup> groups, string name, bool isState)
    {
        var group = groups[name] = new TrackedGroup(name)
        {
            Instance = isState ? new Instance($"{Tcp} {name}", ("protocol", Tcp), ("state", name))
                : name == Tcp ? null
                : new Instance(name, ("protocol", name), ("state", "")),
        };
        if (group.Instance is not null)
            Exported.Add(group);
        return group;
    }

    static TrackedGroup In(Dictionary<Endpoint, TrackedGroup> groups, in Endpoint endpoint)
    {
        if (!groups.TryGetValue(endpoint, out var group))
            groups[endpoint] = group = new TrackedGroup("", endpoint);
        return group;
    }

    static TrackedGroup[] Largest(IEnumerable<TrackedGroup> groups, int most)
    {
        var (largest, count) = (new TrackedGroup[most], 0);
        foreach (var group in groups)
            Top.Offer(largest, ref count, group, static (one, other) => one.Entries > other.Entries);
        return largest[..count];
    }

    static string StateOf(in ConntrackRow row) => (uint)row.TcpState < (uint)s_states.Length ? s_states[row.TcpState]
        : row.IsOffloaded ? "offloaded"
        : "unknown";

    /// <summary>The names of /etc/protocols. There are few, so that few are exported.</summary>
    static string NameOf(byte protocol) => protocol switch
    {
        1 => "icmp",
        2 => "igmp",
        4 => "ipip",
        ConntrackRow.IPPROTO_TCP => Tcp,
        17 => "udp",
        33 => "dccp",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "icmpv6",
        89 => "ospf",
        112 => "vrrp",
        132 => "sctp",
        136 => "udplite",
        _ => "other",
    };
}
