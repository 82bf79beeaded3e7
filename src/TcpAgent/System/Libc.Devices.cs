using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcpAgent.System;

static partial class Libc
{
    // linux/sockios.h
    internal const uint SIOCETHTOOL = 0x8946;

    // asm-generic/mman-common.h, linux/mman.h
    const int PROT_NONE = 0;
    const int PROT_READ = 1;
    const int PROT_WRITE = 2;
    const int MAP_PRIVATE = 2;
    const int MAP_ANONYMOUS = 0x20;

    // Variadic in C, as fcntl is.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(SafeFileHandle fd, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint addr, nuint length, int prot, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint addr, nuint len, int prot);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint addr, nuint length);

    /// <summary>
    /// Memory for a system call that writes as much as the kernel has, whatever room it was given: a page that nobody may write follows, so
    /// that the call fails with EFAULT. Pages that are never written cost nothing. 0 if there is no memory.
    /// </summary>
    internal static nint MapGuarded(int length)
    {
        var page = Environment.SystemPageSize;
        var whole = Pages(length) + page;
        var at = mmap(0, (nuint)whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == -1)
            return 0;
        if (mprotect(at, (nuint)Pages(length), PROT_READ | PROT_WRITE) == 0)
            return at;
        Unmap(at, length);
        return 0;
    }

    internal static void Unmap(nint at, int length) => _ = munmap(at, (nuint)(Pages(length) + Environment.SystemPageSize));

    static int Pages(int length) => (length + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
}
