namespace TcpAgent.Verdict;

/// <summary>
/// A destination of this host's connections over the peak window: connects under way, open connections and the ports that they hold.
/// </summary>
/// <param name="Destination">The address and port, "10.0.0.2:5432".</param>
sealed record DestinationReport(string Destination)
{
    /// <summary>
    /// Mean number of established connections, estimated from a sample. If the sample has none of them, it is the number of open ones, for
    /// a destination that does not acknowledge or read. Otherwise null: unknown.
    /// </summary>
    internal double? Connections { get; init; }

    /// <summary>
    /// Connections in SYN_SENT: now, or the most at one look within the window for a destination that was silent. Null if they are few and
    /// none is unanswered.
    /// </summary>
    internal long? SynSent { get; init; }

    /// <summary>Those of <see cref="SynSent"/> whose SYN was sent again without an answer.</summary>
    internal long SynUnanswered { get; init; }

    /// <summary>How often the SYN that was sent again most often was; null without one.</summary>
    internal long? SynRetransmissions { get; init; }

    /// <summary>Seconds since the oldest unanswered SYN was first sent; null without one.</summary>
    internal double? OldestSyn { get; init; }

    /// <summary>Open connections that sent again at least twice without an acknowledgement.</summary>
    internal long Unacknowledged { get; init; }

    /// <summary>Open connections whose peer keeps its window closed.</summary>
    internal long WindowClosed { get; init; }

    /// <inheritdoc cref="ConnectionReport.Connects"/>
    internal long Connects { get; init; }

    /// <inheritdoc cref="ConnectionReport.Connects"/>
    internal long ConnectsAgain { get; init; }

    /// <inheritdoc cref="ConnectionReport.Sent"/>
    internal long Sent { get; init; }

    /// <inheritdoc cref="ConnectionReport.Sent"/>
    internal long Retransmitted { get; init; }

    /// <summary>The share of the bytes that were sent again, 0 to 1; null if nothing was sent.</summary>
    internal double? RetransmittedShare => Sent > 0 ? (double)Retransmitted / Sent : null;

    /// <summary>Whether that is more than any network should lose. Of a few segments sent again the share means nothing.</summary>
    internal bool HasLoss => ConnectionWords.IsLoss(Sent, Retransmitted);

    /// <inheritdoc cref="ConnectionReport.RoundTrip"/>
    internal double? RoundTrip { get; init; }

    /// <summary>Whether the kernel remembers the round trip of a closed connection, because no open one was sampled.</summary>
    internal bool IsRemembered { get; init; }

    /// <summary>Local ports held, TIME_WAIT included, from all source addresses; null for a destination that holds few.</summary>
    internal long? Ports { get; init; }

    internal static DestinationReport Of(ConnectionReport group) => new(group.Subject)
    {
        Connections = group.Connections,
        Connects = group.Connects,
        ConnectsAgain = group.ConnectsAgain,
        Sent = group.Sent,
        Retransmitted = group.Retransmitted,
        RoundTrip = group.RoundTrip,
    };

    /// <summary>
    /// The order: unanswered SYNs, then connections without progress, then the share that was sent again if it is a loss, then connections.
    /// </summary>
    internal static int WorstFirst(DestinationReport one, DestinationReport other)
    {
        (long, long, double, double, long) Rank(DestinationReport report) => (
            report.SynUnanswered, report.Unacknowledged + report.WindowClosed,
            report.HasLoss ? report.RetransmittedShare ?? 0 : 0, report.Connections ?? 0,
            report.Ports ?? 0);
        var order = Rank(other).CompareTo(Rank(one));
        return order != 0 ? order : string.CompareOrdinal(one.Destination, other.Destination);
    }
}
