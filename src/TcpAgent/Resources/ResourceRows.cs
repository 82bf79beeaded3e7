using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>What is exported of each bounded resource.</summary>
static class ResourceRows
{
    internal static readonly Rows Rows = new("resource");

    internal static readonly Row Used = Rows.Gauge(
        "tcpagent_resource_used", "How much of the resource is in use now, in its own unit (entries, connections, packets, ports, bytes); of several, the one that limits or was fullest in the peak window.");

    internal static readonly Row Limit = Rows.Gauge("tcpagent_resource_limit", "The limit of that one.");

    internal static readonly Row UsedPeak = Rows.Gauge(
        "tcpagent_resource_used_peak", "Its highest use within the peak window. A loss that only a full resource causes counts as full, even if no sample saw it.");

    internal static readonly Row LossesTotal = Rows.Counter(
        "tcpagent_resource_losses_total", "Losses that exhaustion of the resource caused, by its own kernel counters. A counter that other causes also move counts only while the resource is near its limit.");

    internal static readonly Row RecentLosses = Rows.Hidden(
        "tcpagent_resource_recent_losses", "Losses within the peak window, as far as the agent saw it.");

    internal static readonly Row LossesPeak = Rows.Gauge(
        "tcpagent_resource_losses_peak", "Most losses from one sample to the next within the peak window.");

    internal static readonly Row SaturatedSeconds = Rows.Counter(
        "tcpagent_resource_saturated_seconds_total", "Time in which the resource was at its limit, lost something for it or made connections wait too long, counted in whole sample intervals.", Scale.Nanoseconds);

    internal static readonly Row State = Rows.Gauge(
        "tcpagent_resource_state", "0 nothing to say, 1 near the limit (80 percent, or pressure; a queue only if it stays there), 2 limiting: something was lost for it, connections waited too long in it, or without a loss counter the limit was reached. Holds for the peak window.");

}
