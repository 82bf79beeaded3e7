using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>
/// The sentence for a resource that lost nothing within the window. A window without a loss proves nothing, because clients that back off
/// retry only every 15 or 30 seconds. So it says which time was seen and what was lost before.
/// </summary>
static class Undropped
{
    internal static string Within(ResourceReport report, SampleView view)
    {
        var window = view[RecentRows.Covered] is { } covered and >= Second ? $"the last {covered / Second} s" : "this time";
        return report.LossesTotal - report.Losses is > 0 and var earlier
            ? $"No drop was counted in {window}, and {earlier} before."
            : $"No drop was counted in {window}.";
    }

    const long Second = 1_000_000_000;
}
