using System.Buffers.Text;
using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// The processes of /proc, in the order of the kernel, which is that of their PIDs. It allocates nothing, and it sees what the kernel
/// shows: with hidepid only the agent itself.
/// </summary>
sealed class ProcessList(KernelRoot root) : IDisposable
{
    const int Capacity = 16 * 1024;

    readonly byte[] _path = Encoding.UTF8.GetBytes(root.ProcFs + '\0');
    readonly byte[] _entries = new byte[Capacity];
    readonly OpenFileCount _files = new(isListed: !root.Live);
    int _fd = -1;
    int _start;
    int _end;

    internal string Path => root.ProcFs;

    /// <summary>Starts a walk. Returns 0 or the errno.</summary>
    internal int Begin()
    {
        End();
        (_start, _end) = (0, 0);
        _fd = Libc.open(_path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        return _fd < 0 ? Libc.Errno : 0;
    }

    /// <summary>Returns false at the end or on an error, which <paramref name="errno"/> distinguishes.</summary>
    internal bool TryRead(out ProcessEntry process, out int errno)
    {
        while (true)
        {
            var reader = new DirectoryReader(_entries.AsSpan(_start, _end - _start));
            while (reader.TryRead(out var name, out var inode))
                if (TryParsePid(name, out var pid))
                {
                    _start = _end - reader.Left;
                    (process, errno) = (new ProcessEntry(pid, inode), 0);
                    return true;
                }
            var length = _fd < 0 ? 0 : Libc.getdents64(_fd, _entries);
            if (length <= 0)
            {
                (process, errno) = (default, length < 0 ? Libc.Errno : 0);
                return false;
            }
            (_start, _end) = (0, length);
        }
    }

    /// <summary>
    /// The open files of a process during a walk, without looking at who it is: a process that ended meanwhile may have left its PID to
    /// another. Absent where the kernel does not say.
    /// </summary>
    internal long OpenFiles(int pid)
    {
        Span<byte> path = stackalloc byte[16];
        _ = Utf8Formatter.TryFormat(pid, path, out var length);
        "/fd\0"u8.CopyTo(path[length..]);
        return _files.Of(_fd, path);
    }

    /// <summary>The name of a process' directory is its PID; other entries of /proc are no numbers.</summary>
    internal static bool TryParsePid(ReadOnlySpan<byte> name, out int pid)
    {
        pid = 0;
        if (name.IsEmpty || name[0] is < (byte)'1' or > (byte)'9' || !Cursor.TryParseInt64(name, out var value) || value > int.MaxValue)
            return false;
        pid = (int)value;
        return true;
    }

    /// <summary>Ends a walk.</summary>
    internal void End()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Dispose() => End();
}
