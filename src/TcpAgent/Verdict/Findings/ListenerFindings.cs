using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about listeners: their settings, their backlogs, and drops that no queue explains.</summary>
static class ListenerFindings
{
    /// <summary>An occasional stray segment is not a finding.</summary>
    internal const long Few = 9;

    internal static readonly FindingRule[] Rules =
    [
        new("syncookies_off", Finding.Warning, view => view[SysctlRows.TcpSyncookies] == 0
            ? "net.ipv4.tcp_syncookies is 0: a SYN flood that fills the SYN queue of a listener shuts out every client. 1 is the "
                + "kernel's default."
            : null),
        new("syncookies_always", Finding.Info, view => view[SysctlRows.TcpSyncookies] == 2
            ? "net.ipv4.tcp_syncookies is 2: every handshake uses a cookie, with or without a flood, so the cookie counters mean nothing. "
                + "This value is for tests."
            : null),
        new("abort_on_overflow", Finding.Warning, view => view[SysctlRows.TcpAbortOnOverflow] is > 0
            ? "net.ipv4.tcp_abort_on_overflow is on: a full accept queue resets clients that would get through by retransmitting."
            : null),
        new("backlog_below_somaxconn", Finding.Info, SmallBacklogs),
        new("somaxconn_low", Finding.Warning, view => view[SysctlRows.Somaxconn] is >= 0 and < 1024 and var max
            ? $"net.core.somaxconn is {max}: no listener of this namespace can have a longer accept queue, whatever backlog it asks for. "
                + "4096 is the default since Linux 5.4."
            : null),
        new("listener_drops", Finding.Warning, ListenerDrops),
        new("listener_in_port_range", Finding.Warning, ListenersInPortRange),
    ];

    static string? SmallBacklogs(SampleView view)
    {
        if (view[SysctlRows.Somaxconn] is not (>= 0 and var somaxconn))
            return null;
        var (count, text) = (0, "");
        foreach (var (instance, limit) in view.Instances(ListenerRows.Limit))
        {
            if (limit >= somaxconn || view[ListenerRows.SocketsOfOne, instance] is > 1)
                continue;
            if (++count <= 3)
                text += $"{(count == 1 ? "" : ", ")}{instance.Subject} {limit}";
        }
        return count == 0 ? null
            : $"{count} listener{(count == 1 ? "" : "s")} with a backlog below somaxconn ({somaxconn}): "
                + $"{text}{(count > 3 ? ", ..." : "")}. Many programs ask for 128 or 511 by default; raising somaxconn does not help them.";
    }

    /// <summary>
    /// Drops that neither queue of a listener explains and that the host counts too: the kernel gave up a handshake. A listener also drops
    /// segments that belong to no handshake, which the host does not count.
    /// </summary>
    static string? ListenerDrops(SampleView view)
    {
        long Lost(Resource resource) => view[ResourceRows.RecentLosses, resource.Instance] ?? 0;
        var (most, name) = (Few, "");
        foreach (var (instance, drops) in view.Instances(ListenerRows.RecentDrops))
            if (drops > most)
                (most, name) = (drops, instance.Subject);
        if (view[RecentRows.ListenDrops] is not > Few || Lost(ResourceCatalog.AcceptQueue) > 0 || Lost(ResourceCatalog.SynQueue) > 0)
            return null;
        return name.Length == 0 ? null
            : $"{name} dropped {most} packets though neither of its queues was full. Possible causes: no route back to the clients (ip "
                + "route get ADDRESS), a rule that rejects the answer, or no memory.";
    }

    static string? ListenersInPortRange(SampleView view)
    {
        var ports = new List<string>();
        foreach (var (instance, _) in view.Instances(EphemeralPortRows.Unreserved))
            ports.Add(instance.Subject);
        return ports.Count == 0 ? null
            : $"port {string.Join(", ", ports)} has a listener and lies in ip_local_port_range ({view[SysctlRows.IpLocalPortRange[0]]} to "
                + $"{view[SysctlRows.IpLocalPortRange[1]]}): after a restart an outgoing connection may hold the port, and bind() fails. "
                + "Add it to net.ipv4.ip_local_reserved_ports.";
    }
}
