using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Sums over the peak window that only the verdict asks for.</summary>
static class RecentRows
{
    internal static readonly Rows Rows = new();

    internal static readonly Row ListenDrops = Rows.Hidden(
        "tcpagent_recent_listen_drops", "What ListenDrops rose by within the peak window.");

    internal static readonly Row HandshakesRefused = Rows.Hidden(
        "tcpagent_recent_handshakes_refused",
        "Packets of half-open connections within the peak window that a listener drops in the course of things: resets, SYNs sent "
        + "again, bare ACKs while it defers.");
}
