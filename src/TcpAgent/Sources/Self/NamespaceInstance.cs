using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// The network namespace that is read. PROCFS/net is a link to self/net, so it is the reader's own whatever procfs is mounted there: of a
/// pod without the host's network it is the pod's.
/// </summary>
sealed class NamespaceInstance : Instance
{
    NamespaceInstance(string procFs, string inode, bool? isHost, bool isSplit)
        : base($"net:[{inode}]", ("inode", inode), ("is_host", isHost switch { true => "true", false => "false", null => "unknown" })) =>
        (ProcFs, Inode, IsHost, IsSplit) = (procFs, inode, isHost, isSplit);

    internal string ProcFs { get; }

    /// <summary>As lsns(8) and ip-netns(8) have it.</summary>
    internal string Inode { get; }

    /// <summary>Whether process 1 of that procfs is in the same; null where it is hidden.</summary>
    internal bool? IsHost { get; }

    /// <summary>
    /// The files are another namespace's than netlink speaks of, as where PROCFS is the folder of another process: netlink answers for the
    /// agent's own.
    /// </summary>
    internal bool IsSplit { get; }

    /// <summary>Another procfs than the agent's own was asked for, which promises the network of another.</summary>
    internal bool IsOfAnother => ProcFs != "/proc";

    /// <summary>Null on a plain folder, which is of no namespace.</summary>
    internal static NamespaceInstance? Of(KernelRoot root)
    {
        if (!root.Live)
            return null;

        // Without the right to look at another's ns/net, which ptrace would need: each namespace has a folder net/stat of its own.
        var (read, own) = (InodeOf($"{root.ProcFs}/net/stat"), InodeOf("/proc/self/net/stat"));
        var ofFirst = InodeOf($"{root.ProcFs}/1/net/stat");
        var inode = InodeOf("/proc/self/ns/net");
        return Of(
            root.ProcFs, inode == 0 ? "unknown" : inode.ToString(CultureInfo.InvariantCulture),
            read == 0 || ofFirst == 0 ? null : read == ofFirst, read != 0 && own != 0 && read != own);
    }

    internal static NamespaceInstance Of(string procFs, string inode, bool? isHost, bool isSplit = false) =>
        new(procFs, inode, isHost, isSplit);

    /// <summary>0 where it cannot be known.</summary>
    static ulong InodeOf(string path) => Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_INO, out var buffer) == 0 ? buffer.stx_ino : 0;
}
