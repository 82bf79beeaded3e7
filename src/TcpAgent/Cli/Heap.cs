using System.Globalization;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>
/// The runtime's heap: its hard limit, and how that is divided between its users. The unit sets the limit with DOTNET_GCHeapHardLimit. The
/// native runtime accepts it only in hexadecimal without 0x, and silently ignores any other notation.
/// </summary>
static class Heap
{
    internal const string Variable = "DOTNET_GCHeapHardLimit";

    /// <summary>The limit in force in bytes; if there is none, the memory of the host or container.</summary>
    internal static long Limit => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// Bytes that the agent itself needs on a host with many listeners, devices and CPUs, however small the limit is: with less than 6 MiB
    /// it does not start there, and readers of the history and the collector need room besides.
    /// </summary>
    const long LeastOwn = 8 << 20;

    /// <summary>Bytes that connections and expositions share: all but the agent's own part, which is a quarter of a large heap.</summary>
    static long Shared => Math.Max(0, Limit - Math.Max(Limit / 4, LeastOwn));

    /// <summary>Bytes for connections.</summary>
    internal static long ForConnections => Shared / 3 * 2;

    /// <summary>Bytes for expositions in flight.</summary>
    internal static long ForScrapes => Shared / 3;

    /// <summary>How many clients may read the history at once: they take at most a sixteenth of the heap, half a megabyte each.</summary>
    internal static int HistoryReaders => (int)Math.Clamp(Limit >> 23, 2, 8);

    /// <summary>Whether the variable asks for a limit that is not in force.</summary>
    /// <param name="value">The value of the variable; null when it is not set.</param>
    /// <param name="inForce">The limit in force, in bytes.</param>
    internal static bool IsIgnored(string? value, long inForce)
    {
        if (string.IsNullOrEmpty(value))
            return false;
        var digits = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value[2..] : value;
        return !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var asked) || asked != inForce;
    }

    /// <summary>
    /// Takes about 5 ms, most of which the sampler waits. It runs only after enough connections have closed that those cost far more.
    /// </summary>
    internal static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Libc.TrimHeap();
    }
}
