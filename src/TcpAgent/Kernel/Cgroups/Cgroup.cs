using TcpAgent.System;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>A cgroup of version 2.</summary>
/// <param name="id">The inode of its directory, which no later cgroup gets again.</param>
/// <param name="folder">The directory; ends with a NUL byte.</param>
/// <param name="rootLength">Bytes of the path that lead to the root of the hierarchy.</param>
sealed class Cgroup(ulong id, byte[] folder, int rootLength)
{
    internal ulong Id { get; } = id;

    /// <summary>The directory; ends with a NUL byte.</summary>
    internal ReadOnlySpan<byte> Folder => folder;

    /// <summary>Bytes of it that lead to the root of the hierarchy.</summary>
    internal int RootLength => rootLength;

    /// <summary>The path in the hierarchy, such as /system.slice/nginx.service; / for the root.</summary>
    internal ReadOnlySpan<byte> Path => folder.Length - 1 == rootLength ? "/"u8 : folder.AsSpan()[rootLength..^1];

    /// <summary>Reads one of its files. Returns the length of the text, as far as there is room for it, or -1.</summary>
    /// <param name="file">Such as /cgroup.procs; ends with a NUL byte.</param>
    /// <param name="text">Receives the text.</param>
    internal int Read(ReadOnlySpan<byte> file, Span<byte> text)
    {
        var length = folder.Length - 1;
        Span<byte> path = stackalloc byte[length + file.Length];
        folder.AsSpan(0, length).CopyTo(path);
        file.CopyTo(path[length..]);
        return BriefFile.Read(Libc.AT_FDCWD, path, text, out _);
    }

    /// <summary>The unit or container.</summary>
    internal Workload Workload => field ??= CgroupPath.Parse(Path);

    /// <summary>
    /// Whether a process with this path in its /proc/PID/cgroup is in the cgroup. From within a cgroup namespace the kernel shows what lies
    /// outside as /../../NAME, so that only the end of the path is known.
    /// </summary>
    internal bool IsAt(ReadOnlySpan<byte> path)
    {
        var isOutside = false;
        while (path.StartsWith("/.."u8) && (path.Length == 3 || path[3] == '/'))
        {
            path = path[3..];
            isOutside = true;
        }
        return Path.SequenceEqual(path) || (isOutside && path.Length > 1 && Path.EndsWith(path));
    }
}
