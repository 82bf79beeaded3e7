using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The rows of one table of destinations.</summary>
sealed class PeerColumns(Rows rows, string kind)
{
    internal const int Count = 5;

    internal Row Sockets { get; } = rows.Hidden($"tcpagent_peer_{kind}_sockets", "Connections to the destination.");

    internal Row Silent { get; } = rows.Hidden($"tcpagent_peer_{kind}_silent", "Of these the ones that sent again without an answer.");

    internal Row Closed { get; } = rows.Hidden(
        $"tcpagent_peer_{kind}_window_closed", "Of these the ones whose peer keeps its window closed.");

    internal Row Retransmits { get; } = rows.Hidden($"tcpagent_peer_{kind}_retransmits", "Most retransmissions in a row.");

    internal Row Oldest { get; } = rows.Hidden($"tcpagent_peer_{kind}_oldest", "Milliseconds since the first of them was sent.");
}
