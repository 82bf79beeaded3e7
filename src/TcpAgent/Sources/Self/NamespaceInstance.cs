using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// The network namespace that is read. PROCFS/net is a link to self/net, so it is always the reader's own, whatever procfs is mounted
/// there: in a pod without the host's network it is the pod's.
/// </summary>
sealed class NamespaceInstance : Instance
{
    /// <summary>The inode where it cannot be read.</summary>
    internal const string Unknown = "unknown";

    NamespaceInstance(string procFs, string inode, bool? isHost, bool isSplit)
        : base($"net:[{inode}]", ("inode", inode), ("is_host", isHost switch { true => "true", false => "false", null => "unknown" })) =>
        (ProcFs, Inode, IsHost, IsSplit) = (procFs, inode, isHost, isSplit);

    internal string ProcFs { get; }

    /// <summary>The namespace's inode, as lsns(8) and ip-netns(8) show it.</summary>
    internal string Inode { get; }

    /// <summary>Whether process 1 of that procfs is in the same namespace; null where it is hidden.</summary>
    internal bool? IsHost { get; }

    /// <summary>
    /// The files belong to another namespace than netlink's. That is so where PROCFS is the directory of another process, because netlink
    /// answers for the agent's own namespace.
    /// </summary>
    internal bool IsSplit { get; }

    /// <summary>The operator asked for another procfs than the agent's own, and so expects the network of another namespace.</summary>
    internal bool IsOfAnother => ProcFs != "/proc";

    /// <summary>Null for a plain directory, which belongs to no namespace.</summary>
    internal static NamespaceInstance? Of(KernelRoot root)
    {
        if (!root.Live)
            return null;

        // Reading ns/net of another process needs the right to ptrace it. Comparing net/stat does not: each namespace has its own
        // directory.
        var (read, own) = (InodeOf($"{root.ProcFs}/net/stat"), InodeOf("/proc/self/net/stat"));
        var ofFirst = InodeOf($"{root.ProcFs}/1/net/stat");
        var inode = InodeOf("/proc/self/ns/net");
        return Of(
            root.ProcFs, inode == 0 ? Unknown : inode.ToString(CultureInfo.InvariantCulture),
            read == 0 || ofFirst == 0 ? null : read == ofFirst && !IsOfContainer(root), read != 0 && own != 0 && read != own);
    }

    /// <summary>
    /// Process 1 of the agent's own PID namespace is the container's, not the host's, and so may the network be. Only the first network
    /// namespace of the kernel has tcp_mem (net/ipv4/sysctl_net_ipv4.c, ipv4_table).
    /// </summary>
    static bool IsOfContainer(KernelRoot root) => root.ProcFs == "/proc"
        && InodeOf("/proc/self/ns/pid") is not (0 or PROC_PID_INIT_INO) && InodeOf("/proc/sys/net/ipv4/tcp_mem") == 0;

    /// <summary>The host's PID namespace (include/linux/proc_ns.h).</summary>
    const ulong PROC_PID_INIT_INO = 0xEFFFFFFC;

    internal static NamespaceInstance Of(string procFs, string inode, bool? isHost, bool isSplit = false) =>
        new(procFs, inode, isHost, isSplit);

    /// <summary>0 if it is unknown.</summary>
    static ulong InodeOf(string path) => Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_INO, out var buffer) == 0 ? buffer.stx_ino : 0;
}
