using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>What is exported of each stage of the drop ledger.</summary>
static class DropRows
{
    internal static readonly Rows Rows = new("stage");

    internal static readonly Row Total = Rows.Counter(
        "tcpagent_drops_total", "Packets dropped at each stage of the path through this host, in packet order; sums go on when a device goes.");

    internal static readonly Row Recent = Rows.Hidden(
        "tcpagent_drops_recent", "Of these the ones within the peak window, as far as the agent saw it.");

    internal static readonly Row RecentPassed = Rows.Hidden(
        "tcpagent_drops_recent_passed", "Packets that came to the stage within the peak window, dropped ones among them.");
}
