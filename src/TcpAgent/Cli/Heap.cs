using System.Globalization;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>
/// The runtime's heap: its hard limit, and how that is divided between those who can fill it. The unit sets the limit by
/// DOTNET_GCHeapHardLimit, which the native runtime takes in hexadecimal without 0x only, and which it otherwise ignores without a word.
/// </summary>
static class Heap
{
    internal const string Variable = "DOTNET_GCHeapHardLimit";

    /// <summary>The limit in force, in bytes; without one the memory of the host or of the container.</summary>
    internal static long Limit => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that the agent takes on a host with many listeners, devices and CPUs, however small the limit is.</summary>
    const long LeastOwn = 6 << 20;

    /// <summary>
    /// Bytes that connections and expositions share: what the agent itself leaves, which takes a quarter of a large heap.
    /// </summary>
    static long Shared => Math.Max(0, Limit - Math.Max(Limit / 4, LeastOwn));

    /// <summary>Bytes for connections.</summary>
    internal static long ForConnections => Shared / 3 * 2;

    /// <summary>Bytes for the expositions under way.</summary>
    internal static long ForScrapes => Shared / 3;

    /// <summary>Whether the variable asks for a limit that is not in force.</summary>
    /// <param name="value">What the variable is set to; null when it is not set.</param>
    /// <param name="inForce">The limit in force, in bytes.</param>
    internal static bool IsIgnored(string? value, long inForce)
    {
        if (string.IsNullOrEmpty(value))
            return false;
        var digits = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value[2..] : value;
        return !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var asked) || asked != inForce;
    }

    /// <summary>Some 5 ms, of which the sampler waits most: after so many connections that they cost far more.</summary>
    internal static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Libc.TrimHeap();
    }
}
