using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>The metrics of each bounded resource.</summary>
static class ResourceRows
{
    internal static readonly Rows Rows = new("resource");

    internal static readonly Row Used = Rows.Gauge(
        "tcpagent_resource_used", "How much of the resource is in use now, in its own unit (entries, connections, packets, ports, bytes). If there are several instances, that of the one that limits, or else of the fullest within the peak window.");

    internal static readonly Row Limit = Rows.Gauge("tcpagent_resource_limit", "The limit of the same instance.");

    internal static readonly Row UsedPeak = Rows.Gauge(
        "tcpagent_resource_used_peak", "Highest use of the same instance within the peak window. A loss that only a full resource causes counts as full, even if no sample saw it full.");

    internal static readonly Row PeakLimit = Rows.Hidden(
        "tcpagent_resource_peak_limit", "The limit at the time of the highest use: it may have been raised since.");

    internal static readonly Row LossesTotal = Rows.Counter(
        "tcpagent_resource_losses_total", "Losses caused by exhaustion of the resource, from its own kernel counters. A counter that other causes also move counts only while the resource is near its limit.");

    internal static readonly Row RecentLosses = Rows.Hidden(
        "tcpagent_resource_recent_losses", "Losses within the part of the peak window that the agent has seen.");

    internal static readonly Row LossesPeak = Rows.Gauge(
        "tcpagent_resource_losses_peak", "Highest number of losses between two samples within the peak window.");

    internal static readonly Row SaturatedSeconds = Rows.Counter(
        "tcpagent_resource_saturated_seconds_total", "Time during which the resource was at its limit, caused losses or made connections wait too long, counted in whole sample intervals.", Scale.Nanoseconds);

    internal static readonly Row State = Rows.Gauge(
        "tcpagent_resource_state", "0 ok, 1 near the limit (80 percent, or pressure; a queue only if it stays there), 2 limiting: exhaustion caused losses, connections waited too long, or a resource without a loss counter reached its limit. A state holds for the peak window.");

    internal static readonly Row Since = Rows.Hidden(
        "tcpagent_resource_since", "Wall clock in milliseconds when the state turned to its value. Absent while it has not turned since the agent started.");
}
