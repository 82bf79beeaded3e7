using System.Globalization;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// Numbers as people read them: thousands separated, memory always in MiB, so that a column has one unit.
/// </summary>
static class Figures
{
    /// <summary>What is as large as this is the kernel's way to say that there is no limit.</summary>
    const long Unlimited = 1L << 60;

    internal static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A use or limit in the resource's unit; "-" if it is unknown.</summary>
    internal static string Of(ResourceReport report, long? value) => value switch
    {
        null => "-",
        > Unlimited => "unlimited",
        { } known when IsMemory(report) => $"{Mebibytes(known)} MiB",
        { } known => Count(known),
    };

    /// <summary>"5 of 4", "0.8 of 2,249.2 MiB"; "5" where no limit is known, empty where nothing is.</summary>
    internal static string Fill(ResourceReport report, long? used) => used is not { } known ? ""
        : report.Limit is not { } limit ? Of(report, known)
        : $"{(IsMemory(report) && limit <= Unlimited ? Mebibytes(known) : Of(report, known))} of {Of(report, limit)}";

    /// <summary>"84%"; empty where the limit is unknown or 0.</summary>
    internal static string Percent(ResourceReport report, long? used) => Percent(Share(report.Limit, used));

    /// <summary>The same of the peak, whose limit may have been another.</summary>
    internal static string PeakPercent(ResourceReport report) => Percent(PeakShare(report));

    static string Percent(double? of)
    {
        if (of is not { } share)
            return "";
        var percent = 100 * share;
        return percent is > 0 and < 1 ? "<1%" : percent >= 1000 ? ">999%" : $"{Count((long)percent)}%";
    }

    /// <summary>The share of its limit that was used at the peak; null where the limit is unknown, unlimited or 0.</summary>
    internal static double? PeakShare(ResourceReport report) => Share(report.PeakLimit, report.Peak);

    static double? Share(long? of, long? used) =>
        used is { } known && of is > 0 and <= Unlimited and var limit ? (double)known / limit : null;

    internal static string Seconds(double seconds) => seconds.ToString("0.#", CultureInfo.InvariantCulture);

    static bool IsMemory(ResourceReport report) => report.Resource.Unit == "bytes";

    static string Mebibytes(long bytes)
    {
        var value = bytes / (double)(1 << 20);
        return value is > 0 and < 0.05 ? "<0.1" : value.ToString("#,0.0", CultureInfo.InvariantCulture);
    }
}
