using TcpAgent.System;

namespace TcpAgent.Kernel;

/// <summary>Reads a file that is opened for each read, because what it describes comes and goes: a cgroup, a process.</summary>
static class BriefFile
{
    /// <summary>Returns the length of the text, as far as there is room for it, or -1.</summary>
    /// <param name="folder">The descriptor of the folder that the path begins in, or AT_FDCWD.</param>
    /// <param name="path">Ends with a NUL byte.</param>
    /// <param name="buffer">Receives the text.</param>
    /// <param name="errno">0 unless the file cannot be opened, or nothing of it be read.</param>
    internal static int Read(int folder, ReadOnlySpan<byte> path, Span<byte> buffer, out int errno)
    {
        var fd = Libc.openat(folder, path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        errno = fd < 0 ? Libc.Errno : 0;
        if (fd < 0)
            return -1;
        var length = 0;
        while (length < buffer.Length)
        {
            var n = Libc.pread(fd, buffer[length..], (nuint)(buffer.Length - length), length);
            if (n < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (n < 0 && length == 0)
                (length, errno) = (-1, Libc.Errno);
            if (n <= 0)
                break;
            length += (int)n;
        }
        _ = Libc.close(fd);
        return length;
    }
}
