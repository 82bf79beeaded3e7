using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about which network namespace the answer describes.</summary>
static class NamespaceFindings
{
    internal static readonly FindingRule[] Rules =
    [
        new("wrong_namespace", Finding.Warning, view => Read(view) is { IsSplit: true } split
            ? $"{split.ProcFs}/net belongs to another network namespace than the agent's own ({split.Inode}): counters come from that "
                + "namespace, sockets and devices (by netlink) from the agent's own. Give --path.procfs a whole procfs, and run the agent "
                + "in the namespace that it should watch."
            : Read(view) is { IsHost: false, IsOfAnother: true } read
            ? $"--path.procfs is {read.ProcFs}, but {read.ProcFs}/net is a link to the reader's own network namespace ({read.Inode}), "
            + $"which is not that of {read.ProcFs}/1: all of this describes the container that the agent runs in. Give it the host's "
            + "network (hostNetwork: true, or --network=host)."
            : null, "The agent sees the network of its own container, not the host's"),
        new("wrong_namespace", Finding.Warning, view => Read(view) is { IsHost: false, IsOfAnother: false, IsSplit: false } inside
            ? $"The agent is in network namespace {inside.Inode}, not in the host's: all of this describes that namespace alone. To watch "
                + "the host and its containers, run it in the host's network (hostNetwork: true, or --network=host)."
            : null),
        new("other_namespaces", Finding.Warning, OtherNamespaces, "Listeners in other network namespaces of this host turn clients away"),
        new("unknown_namespace", Finding.Info, view => Read(view) is { IsHost: null, IsOfAnother: true, IsSplit: false } read
            ? $"Network namespace {read.Inode} was read. It may or may not be the host's: {read.ProcFs}/1 is hidden from this user."
            : null),
    ];

    /// <summary>
    /// Losses of other network namespaces that the verdict does not name: full SYN queues, and accept queues beside the one that limits.
    /// </summary>
    static string? OtherNamespaces(SampleView view)
    {
        const int most = 3;
        var named = SubjectInstance.In(view[ResourceMonitor.SubjectRows], ResourceCatalog.AcceptQueue) as QueueInstance;
        var (count, text) = (0, "");
        foreach (var (instance, overflows) in view.Instances(NamespaceRows.RecentOverflows))
        {
            var requests = view[NamespaceRows.RecentRequestDrops, instance] ?? 0;
            var isNamed = ReferenceEquals(instance, named?.Place.Instance);
            if ((isNamed ? 0 : overflows) + requests == 0 || ++count > most)
                continue;
            text += $"{(count == 1 ? "" : "; ")}{instance.Subject}"
                + (overflows > 0 && !isNamed ? $", {overflows} at a full accept queue (ListenOverflows)" : "")
                + (requests > 0 ? $", {requests} at a full SYN queue (TCPReqQFullDrop)" : "");
        }
        return count == 0 ? null
            : $"{count} other network namespace{(count == 1 ? " turns" : "s turn")} handshakes away: "
                + $"{text}{(count > most ? $"; and {count - most} more" : "")}.";
    }

    /// <summary>The namespace that was read; null where a plain directory was.</summary>
    internal static NamespaceInstance? Read(SampleView view)
    {
        foreach (var (instance, _) in view.Instances(AgentMetrics.NetworkNamespace))
            if (instance is NamespaceInstance read)
                return read;
        return null;
    }
}
