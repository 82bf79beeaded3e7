using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollFd descriptors, nuint count, int timeout);

    /// <summary>
    /// Whether the other end of a pipe or socket is closed, or the terminal hung up, so that nobody can read what is written (poll(2)).
    /// A file has no other end.
    /// </summary>
    internal static bool HasHungUp(int descriptor)
    {
        // asm-generic/poll.h; both are reported unasked.
        const short POLLERR = 0x8, POLLHUP = 0x10;
        var asked = new PollFd { fd = descriptor };
        return poll(ref asked, 1, 0) > 0 && (asked.revents & (POLLERR | POLLHUP)) != 0;
    }

    /// <summary>
    /// Fills the descriptors 0 to 2 that are closed. Otherwise the runtime's own files would get their numbers, and a log line would be
    /// written into the pipe by which it passes on signals. What is written to them still fails, as on a full disk (full(4)).
    /// </summary>
    internal static void FillStandardStreams()
    {
        const int F_GETFD = 1, O_WRONLY = 1, StandardInput = 0, StandardError = 2;
        for (var fd = StandardInput; fd <= StandardError; fd++)
        {
            if (fcntl(fd, F_GETFD, 0) >= 0 || Errno != EBADF)
                continue;
            var opened = fd == StandardInput ? open("/dev/null\0"u8, O_RDONLY) : open("/dev/full\0"u8, O_WRONLY);
            if (opened > StandardError)
                _ = close(opened);
        }
    }

    // struct pollfd
    [StructLayout(LayoutKind.Sequential)]
    struct PollFd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }
}
