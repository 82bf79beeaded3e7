using System.Globalization;

namespace TcpAgent.Cli;

/// <summary>
/// The hard limit of the runtime's heap. The unit sets it by DOTNET_GCHeapHardLimit, which the native runtime takes in hexadecimal without
/// 0x only, and which it otherwise ignores without a word.
/// </summary>
static class HeapLimit
{
    internal const string Variable = "DOTNET_GCHeapHardLimit";

    /// <summary>The limit in force, in bytes; without one the memory of the host or of the container.</summary>
    internal static long Bytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

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
}
