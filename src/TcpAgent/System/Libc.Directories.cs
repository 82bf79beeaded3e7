using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    // asm-generic/fcntl.h; O_DIRECTORY has another value on arm64 (arch/arm64/include/uapi/asm/fcntl.h).
    internal const int O_PATH = 0x200000;
    static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    internal static readonly int O_DIRECTORY = s_isArm64 ? 0x4000 : 0x10000;

    // asm/unistd_64.h, asm-generic/unistd.h
    static readonly nint s_getdents64 = s_isArm64 ? 61 : 217;

    // Variadic in C. On Linux x64 and arm64 integers and pointers are passed the same way in both cases.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int openat(int dirfd, ReadOnlySpan<byte> pathname, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int statx(int dirfd, ReadOnlySpan<byte> pathname, int flags, uint mask, out Statx statxbuf);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint fd, Span<byte> dirp, nuint count);

    /// <summary>
    /// Fills a buffer with whole entries of a directory. Returns their bytes, 0 at the end, -1 on an error. The C library has this call
    /// since glibc 2.30 only; its readdir(3) allocates and returns pointers.
    /// </summary>
    internal static int getdents64(int fd, Span<byte> dirp) => (int)syscall(s_getdents64, fd, dirp, (nuint)dirp.Length);
}
