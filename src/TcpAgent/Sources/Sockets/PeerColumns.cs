using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The rows of one table of destinations.</summary>
/// <param name="rows">The table.</param>
/// <param name="kind">What the table is about.</param>
/// <param name="silent">The row for connections that retransmitted without an answer; null for one that is not exported.</param>
/// <param name="oldest">The row for the age of the oldest unanswered segment in milliseconds; null likewise.</param>
sealed class PeerColumns(Rows rows, string kind, Row? silent = null, Row? oldest = null)
{
    internal const int Count = 5;

    internal Row Sockets { get; } = rows.Hidden($"tcpagent_peer_{kind}_sockets", "Connections to the destination.");

    internal Row Silent { get; } =
        silent ?? rows.Hidden($"tcpagent_peer_{kind}_silent", "Connections to the destination that retransmitted without an answer.");

    internal Row Closed { get; } = rows.Hidden(
        $"tcpagent_peer_{kind}_window_closed", "Connections to the destination whose peer keeps its window closed.");

    internal Row Retransmits { get; } = rows.Hidden($"tcpagent_peer_{kind}_retransmits", "Highest number of consecutive retransmissions.");

    internal Row Oldest { get; } =
        oldest ?? rows.Hidden($"tcpagent_peer_{kind}_oldest", "Milliseconds since the oldest unanswered segment was first sent.");
}
