using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>The metrics of each stage of the drop ledger.</summary>
static class DropRows
{
    internal static readonly Rows Rows = new("stage");

    internal static readonly Row Total = Rows.Counter(
        "tcpagent_drops_total", "Packets dropped at each stage of the path through this host, in packet order; a sum keeps the drops of devices that are gone.");

    internal static readonly Row Recent = Rows.Hidden(
        "tcpagent_drops_recent", "Packets dropped at the stage within the part of the peak window that the agent has seen.");

    internal static readonly Row RecentPassed = Rows.Hidden(
        "tcpagent_drops_recent_passed", "Packets that reached the stage within the peak window, including those it dropped.");
}
