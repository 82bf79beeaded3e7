using System.Globalization;

namespace TcpAgent.Verdict;

/// <summary>Formats a number in the unit of its resource for people: "65,536", "2.2 GiB".</summary>
static class Quantity
{
    /// <summary>The unit of resources that are measured in bytes.</summary>
    const string Bytes = "bytes";

    static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB"];

    internal static string Of(long value, string unit) =>
        unit == Bytes ? OfBytes(value) : value.ToString("N0", CultureInfo.InvariantCulture);

    static string OfBytes(double value)
    {
        var unit = 0;
        for (; value >= 1024 && unit < s_units.Length - 1; unit++)
            value /= 1024;
        return $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture)} {s_units[unit]}";
    }
}
