using TcpAgent.System;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>Reads a file of a cgroup, which is opened for each read, because cgroups come and go.</summary>
static class CgroupFile
{
    /// <summary>Returns the length of the text, as far as there is room for it, or -1.</summary>
    /// <param name="path">Ends with a NUL byte.</param>
    /// <param name="buffer">Receives the text.</param>
    internal static int Read(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        var fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd < 0)
            return -1;
        var length = 0;
        while (length < buffer.Length)
        {
            var n = Libc.pread(fd, buffer[length..], (nuint)(buffer.Length - length), length);
            if (n < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (n <= 0)
            {
                length = n < 0 && length == 0 ? -1 : length;
                break;
            }
            length += (int)n;
        }
        _ = Libc.close(fd);
        return length;
    }
}
