using TcpAgent.System;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// How many files a process has open, without the right to list them: since 6.2 it is the size of the directory /proc/PID/fd
/// (fs/proc/fd.c, proc_fd_getattr), before that 0. Where they may be listed, as in a plain directory, the entries are counted.
/// </summary>
sealed class OpenFileCount(bool isListed)
{
    const int Capacity = 4096;

    readonly byte[] _entries = new byte[isListed ? Capacity : 0];

    /// <param name="folder">A directory's descriptor.</param>
    /// <param name="path">Leads from there to the directory fd; ends with a NUL byte.</param>
    internal long Of(int folder, ReadOnlySpan<byte> path)
    {
        if (isListed)
            return Count(folder, path);
        return Libc.statx(folder, path, 0, Libc.STATX_SIZE, out var stat) == 0 ? (long)stat.stx_size : KernelValue.Absent;
    }

    long Count(int folder, ReadOnlySpan<byte> path)
    {
        var fd = Libc.openat(folder, path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        if (fd < 0)
            return KernelValue.Absent;
        var count = 0L;
        for (int length; (length = Libc.getdents64(fd, _entries)) > 0;)
        {
            var reader = new DirectoryReader(_entries.AsSpan(0, length));
            while (reader.TryRead(out var name, out _))
                count += name[0] == '.' ? 0 : 1;
        }
        _ = Libc.close(fd);
        return count;
    }
}
