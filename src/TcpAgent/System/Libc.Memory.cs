using System.Runtime.InteropServices;

namespace TcpAgent.System;

static partial class Libc
{
    [LibraryImport("libc")]
    private static partial int mallopt(int param, int value);

    /// <summary>
    /// Makes the C library return memory: by default it keeps a heap for each thread and all memory that compressing a scrape once needed,
    /// 10 MB in total (mallopt(3)). Other C libraries have no such call and need none.
    /// </summary>
    internal static void KeepHeapSmall()
    {
        const int M_TRIM_THRESHOLD = -1, M_MMAP_THRESHOLD = -3, M_ARENA_MAX = -8;
        try
        {
            _ = mallopt(M_ARENA_MAX, 1);
            _ = mallopt(M_MMAP_THRESHOLD, 64 * 1024);
            _ = mallopt(M_TRIM_THRESHOLD, 128 * 1024);
        }
        catch (EntryPointNotFoundException)
        {
            // musl.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    /// <summary>
    /// Returns free pages that lie between pages in use. By itself the C library returns only free memory at the end of the heap
    /// (malloc_trim(3)). Takes milliseconds: not for the sampler's thread.
    /// </summary>
    internal static void TrimHeap()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl.
        }
    }
}
