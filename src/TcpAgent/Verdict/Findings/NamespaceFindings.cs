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
        new("unknown_namespace", Finding.Info, view => Read(view) is { IsHost: null, IsOfAnother: true, IsSplit: false } read
            ? $"Network namespace {read.Inode} was read. It may or may not be the host's: {read.ProcFs}/1 is hidden from this user."
            : null),
    ];

    /// <summary>The namespace that was read; null where a plain directory was.</summary>
    internal static NamespaceInstance? Read(SampleView view)
    {
        foreach (var (instance, _) in view.Instances(AgentMetrics.NetworkNamespace))
            if (instance is NamespaceInstance read)
                return read;
        return null;
    }
}
