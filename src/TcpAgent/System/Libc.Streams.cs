using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

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
}
