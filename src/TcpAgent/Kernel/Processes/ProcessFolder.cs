using System.Buffers.Text;
using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// The directory /proc/PID of one process at a time. While it is open, everything in it is of the process for which it was opened, or fails
/// once that has ended (fs/proc/base.c, get_proc_task): a PID that is used again gives no wrong answer. All that is read here is public.
/// </summary>
sealed class ProcessFolder(KernelRoot root) : IDisposable
{
    /// <summary>More than any file of /proc/PID that is read here: the path of a cgroup has up to 4,096 bytes in each hierarchy.</summary>
    const int Capacity = 16 * 1024;

    readonly byte[] _path = [.. Encoding.UTF8.GetBytes(root.ProcFs), (byte)'/', .. new byte[12]];
    readonly int _prefix = Encoding.UTF8.GetByteCount(root.ProcFs) + 1;
    readonly byte[] _text = new byte[Capacity];
    readonly OpenFileCount _files = new(isListed: !root.Live);
    int _fd = -1;

    /// <summary>Returns 0 or the errno.</summary>
    internal int Open(int pid)
    {
        Close();
        _ = Utf8Formatter.TryFormat(pid, _path.AsSpan(_prefix), out var length);
        _path[_prefix + length] = 0;
        _fd = Libc.open(_path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        return _fd < 0 ? Libc.Errno : 0;
    }

    /// <summary>Open files; absent where the kernel does not say.</summary>
    internal long OpenFiles => _files.Of(_fd, "fd\0"u8);

    /// <summary>
    /// The number of the directory, which no other process of this boot gets; the kernel may give the process another. 0 if it is unknown,
    /// and in a plain directory, where the next folder may get the number of one that is gone.
    /// </summary>
    internal ulong Inode =>
        root.Live && Libc.statx(_fd, "\0"u8, Libc.AT_EMPTY_PATH, Libc.STATX_INO, out var stat) == 0 ? stat.stx_ino : 0;

    /// <summary>
    /// The identity of the process' network namespace: each has its own directory net/stat, whose inode needs no right to ptrace. It is not
    /// the number that lsns shows. 0 if it is unknown.
    /// </summary>
    internal ulong NetworkNamespace =>
        Libc.statx(_fd, "net/stat\0"u8, 0, Libc.STATX_INO, out var stat) == 0 ? stat.stx_ino : 0;

    /// <summary>The same of the namespace that the reader is in: ROOT/net leads to it. 0 if it is unknown.</summary>
    internal static ulong NetworkNamespaceOf(KernelRoot root) =>
        Libc.statx(Libc.AT_FDCWD, $"{root.ProcFs}/net/stat", 0, Libc.STATX_INO, out var stat) == 0 ? stat.stx_ino : 0;

    /// <summary>
    /// Reads a file of the directory, at most its first 16 KiB. The text is valid until the next read. Returns 0 or the errno.
    /// </summary>
    /// <param name="name">Ends with a NUL byte.</param>
    /// <param name="text">Empty after a failure.</param>
    internal int Read(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        var length = BriefFile.Read(_fd, name, _text, out var errno);
        text = _text.AsSpan(0, Math.Max(0, length));
        return errno;
    }

    /// <summary>Opens a directory below it. Returns a descriptor that the caller closes, or -1.</summary>
    /// <param name="name">Ends with a NUL byte.</param>
    internal int OpenFolder(ReadOnlySpan<byte> name) => Libc.openat(_fd, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC);

    /// <summary>Opens a file of the directory; the caller closes it. Returns -1 and sets the errno if it cannot.</summary>
    /// <param name="name">Ends with a NUL byte.</param>
    internal int OpenFile(ReadOnlySpan<byte> name) => Libc.openat(_fd, name, Libc.O_RDONLY | Libc.O_CLOEXEC);

    /// <summary>Reads stat: who the process is. False once it has ended.</summary>
    /// <param name="stat">The identity.</param>
    /// <param name="name">Valid until the next read.</param>
    internal bool TryReadStat(out ProcessStat stat, out ReadOnlySpan<byte> name)
    {
        stat = default;
        name = default;
        return Read("stat\0"u8, out var text) == 0 && ProcessStat.TryParse(text, out stat, out name);
    }

    /// <summary>Opens the directory of one process. False if that has ended, whoever has its PID now.</summary>
    /// <param name="process">The process.</param>
    /// <param name="name">Valid until the next read.</param>
    internal bool TryOpen(ProcessIdentity process, out ReadOnlySpan<byte> name)
    {
        name = default;
        return Open(process.Pid) == 0 && TryReadStat(out var stat, out name) && stat.Identity == process;
    }

    /// <summary>Opens it without reading a file, as long as it has the inode of the time before.</summary>
    /// <param name="process">The process.</param>
    /// <param name="inode">See <see cref="Inode"/>; 0 before the first time, and where it is unknown.</param>
    internal bool TryOpen(ProcessIdentity process, ref ulong inode)
    {
        if (Open(process.Pid) != 0)
            return false;
        var known = inode;
        inode = Inode;
        return (inode != 0 && inode == known) || (TryReadStat(out var stat, out _) && stat.Identity == process);
    }

    /// <summary>The soft limit of open files; absent if it cannot be read.</summary>
    internal long OpenFilesLimit =>
        Read("limits\0"u8, out var text) == 0 ? ProcessLimits.Soft(text, ProcessLimits.OpenFiles) : KernelValue.Absent;

    internal void Close()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Dispose() => Close();
}
