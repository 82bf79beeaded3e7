using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    /// <summary>
    /// Fills the descriptors 0 to 2 that are closed. Otherwise the runtime's own files would get their numbers, and a log line would be
    /// written into the pipe by which it passes on signals. They are opened the wrong way round, so that using them fails (EBADF).
    /// </summary>
    internal static void FillStandardStreams()
    {
        const int F_GETFD = 1, O_WRONLY = 1, StandardInput = 0, StandardError = 2;
        for (var fd = StandardInput; fd <= StandardError; fd++)
            if (fcntl(fd, F_GETFD, 0) < 0 && Errno == EBADF
                && open("/dev/null\0"u8, fd == StandardInput ? O_WRONLY : O_RDONLY) is > StandardError and var other)
                _ = close(other);
    }
}
