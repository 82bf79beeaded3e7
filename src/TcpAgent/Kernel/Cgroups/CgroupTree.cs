using System.Text;
using TcpAgent.Kernel.Processes;
using TcpAgent.System;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// The cgroups of version 2 by their ids. The id of a cgroup is the inode of its directory (fs/kernfs/dir.c, since 5.5), and no later
/// cgroup gets it again. It is what INET_DIAG_CGROUP_ID shows of a socket. Those outside of the agent's cgroup namespace are not found.
/// </summary>
sealed class CgroupTree(string sysFs)
{
    /// <summary>Maximum number of cgroups that a search visits.</summary>
    internal const int MostVisited = 16_384;

    /// <summary>Maximum number of cgroups that are remembered.</summary>
    internal const int MostKept = 4_096;

    /// <summary>systemd and the runtimes make six levels or so.</summary>
    const int MostDepth = 24;

    const int MostPath = 4_096, Capacity = 4_096;

    /// <summary>
    /// Links to a directory without others in it: the one of its parent and its own. Some file systems do not count them.
    /// </summary>
    const uint LinksOfLeaf = 2;

    /// <summary>
    /// Its place where a host has version 2 alone, and where it has both. The file tells version 2 from the folder of the others.
    /// </summary>
    readonly byte[][] _places = [Encoding.UTF8.GetBytes($"{sysFs}/fs/cgroup"), Encoding.UTF8.GetBytes($"{sysFs}/fs/cgroup/unified")];

    readonly Dictionary<ulong, Cgroup> _known = [];
    readonly byte[] _path = new byte[MostPath];
    readonly byte[][] _entries = new byte[MostDepth][];
    int _prefix;
    int _visited;

    /// <summary>True if the last search left out a part of the tree that is too large or too deep.</summary>
    internal bool IsPartial { get; private set; }

    /// <summary>The cgroup with an id if a search has found it and it is still there.</summary>
    internal Cgroup? Of(ulong id)
    {
        if (!_known.TryGetValue(id, out var cgroup))
            return null;
        if (Libc.statx(Libc.AT_FDCWD, cgroup.Folder, 0, Libc.STATX_INO, out var stat) == 0 && stat.stx_ino == id)
            return cgroup;
        _known.Remove(id);
        return null;
    }

    /// <summary>
    /// Searches for some ids. It takes some microseconds for each cgroup of the host. Returns 0, or ENOENT without a hierarchy of version
    /// 2.
    /// </summary>
    internal int Find(HashSet<ulong> wanted)
    {
        (_visited, IsPartial) = (0, false);
        foreach (var place in _places)
        {
            place.CopyTo(_path, 0);
            "/cgroup.controllers\0"u8.CopyTo(_path.AsSpan(place.Length));
            if (Libc.statx(Libc.AT_FDCWD, _path, 0, Libc.STATX_INO, out _) != 0)
                continue;
            _prefix = place.Length;
            Visit(Libc.AT_FDCWD, name: 0, _prefix, depth: 0, wanted);
            return 0;
        }
        return Libc.ENOENT;
    }

    /// <summary>Visits a directory and those in it.</summary>
    /// <param name="parent">The descriptor of the folder above it.</param>
    /// <param name="name">Where its name begins in the path.</param>
    /// <param name="end">Where the path ends.</param>
    /// <param name="depth">Folders above it, from the root of the hierarchy on.</param>
    /// <param name="wanted">The ids.</param>
    void Visit(int parent, int name, int end, int depth, HashSet<ulong> wanted)
    {
        _path[end] = 0;
        if (Libc.statx(parent, _path.AsSpan(name), 0, Libc.STATX_BASIC_STATS, out var stat) != 0)
            return;
        _visited++;
        if (wanted.Contains(stat.stx_ino))
            Keep(stat.stx_ino, end);
        if (stat.stx_nlink == LinksOfLeaf)
            return;
        if (depth == MostDepth)
        {
            IsPartial = true;
            return;
        }
        var folder = Libc.openat(parent, _path.AsSpan(name), Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        if (folder < 0)
            return;
        VisitChildren(folder, end, depth, wanted);
        _ = Libc.close(folder);
    }

    void VisitChildren(int folder, int end, int depth, HashSet<ulong> wanted)
    {
        var entries = _entries[depth] ??= new byte[Capacity];
        for (int length; (length = Libc.getdents64(folder, entries)) > 0;)
        {
            var reader = new DirectoryReader(entries.AsSpan(0, length));
            while (reader.TryRead(out var name, out _))
            {
                if (!reader.IsDirectory || name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                    continue;
                if (_visited == MostVisited || end + name.Length + 2 > MostPath)
                {
                    IsPartial = true;
                    continue;
                }
                _path[end] = (byte)'/';
                name.CopyTo(_path.AsSpan(end + 1));
                Visit(folder, end + 1, end + 1 + name.Length, depth + 1, wanted);
            }
        }
    }

    void Keep(ulong id, int end)
    {
        if (_known.Count >= MostKept)
            _known.Clear();
        _known[id] = new Cgroup(id, [.. _path.AsSpan(0, end + 1)], _prefix);
    }
}
