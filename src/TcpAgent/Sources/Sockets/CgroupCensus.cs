using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// Connections in SYN_SENT, CLOSE_WAIT and LAST_ACK by the cgroup in which they were opened: whose they are. Refilled by each walk, in
/// constant memory.
/// </summary>
sealed class CgroupCensus
{
    /// <summary>Maximum number of cgroups distinguished; connections of further ones are not attributed.</summary>
    internal const int MaxCgroups = 1024;

    internal Dictionary<ulong, CgroupSockets> Sockets { get; } = [];

    internal void Clear() => Sockets.Clear();

    /// <summary>
    /// Adds a connection in one of the three states. One in CLOSE_WAIT that nobody has accepted yet is in the queue of its listener and no
    /// program's fault.
    /// </summary>
    internal void Count(in InetDiagRow row)
    {
        var id = row.CgroupId;
        if (id == 0 || (row.State == TcpState.CloseWait && row.Inode == 0) || (Sockets.Count >= MaxCgroups && !Sockets.ContainsKey(id)))
            return;
        CollectionsMarshal.GetValueRefOrAddDefault(Sockets, id, out _).Add(row);
    }

    internal CgroupSockets Of(ulong id) => Sockets.GetValueOrDefault(id);
}
