using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    // unistd.h
    internal const int STDOUT_FILENO = 1;

    // Variadic in C. On Linux x64 and arm64 the third argument, a pointer, is passed the same way in both cases.
    [LibraryImport("libc")]
    private static partial int ioctl(int fd, nuint request, Span<ushort> argument);

    /// <summary>
    /// Rows and columns of a terminal; 0 if the descriptor is none. Unlike .NET's Console it writes nothing to the terminal.
    /// </summary>
    internal static (int Rows, int Columns) WindowSize(int descriptor)
    {
        // asm-generic/ioctls.h; struct winsize is four unsigned shorts: rows, columns and two that nobody uses.
        const nuint TIOCGWINSZ = 0x5413;
        Span<ushort> size = stackalloc ushort[4];
        return ioctl(descriptor, TIOCGWINSZ, size) == 0 ? (size[0], size[1]) : (0, 0);
    }
}
