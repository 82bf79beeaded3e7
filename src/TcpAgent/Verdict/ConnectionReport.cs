using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>The connections of one listener or to one destination, over the peak window. All figures are estimates from a sample.</summary>
/// <param name="IsIncoming">Whether this host accepted them.</param>
/// <param name="Subject">The listener, the destination, or "others".</param>
sealed record ConnectionReport(bool IsIncoming, string Subject)
{
    /// <summary>Mean number of established connections.</summary>
    internal double Connections { get; init; }

    /// <summary>Connections that were compared, once for each look.</summary>
    internal long Sampled { get; init; }

    /// <summary>Mean number of connections that had data to send or waited for its acknowledgement; null before Linux 4.10.</summary>
    internal double? Busy { get; init; }

    /// <summary>Shares of that time, 0 to 1, in which the peer's window or the send buffer was full; the rest is the network's.</summary>
    internal double Receiver { get; init; }

    /// <inheritdoc cref="Receiver"/>
    internal double SendBuffer { get; init; }

    /// <inheritdoc cref="Receiver"/>
    internal double Network => Busy > 0 ? 1 - Receiver - SendBuffer : 0;

    /// <summary>Bytes sent a second.</summary>
    internal double SentPerSecond { get; init; }

    /// <summary>Bytes sent and sent again within the window.</summary>
    internal long Sent { get; init; }

    /// <inheritdoc cref="Sent"/>
    internal long Retransmitted { get; init; }

    /// <summary>The share of the bytes that were sent again, 0 to 1.</summary>
    internal double RetransmittedShare => Sent > 0 ? (double)Retransmitted / Sent : 0;

    /// <summary>Mean smoothed round trip in seconds; null before the first.</summary>
    internal double? RoundTrip { get; init; }

    /// <summary>Mean lowest round trip in seconds.</summary>
    internal double? LowestRoundTrip { get; init; }

    /// <summary>Mean delivery rate of those that sent, in bytes a second.</summary>
    internal long? DeliveryRate { get; init; }

    /// <summary>Sampled connections whose number of SYNs is known, and those that sent more than one.</summary>
    internal long Connects { get; init; }

    /// <inheritdoc cref="Connects"/>
    internal long ConnectsAgain { get; init; }

    /// <summary>Mean number of connections that this host's application does not read, and the bytes that wait for it.</summary>
    internal long Unread { get; init; }

    /// <inheritdoc cref="Unread"/>
    internal long UnreadBytes { get; init; }

    /// <summary>The application of this host that has them, in a few words; null if that is unknown.</summary>
    internal string? Owner { get; init; }

    /// <summary>Times lately that a memory limit held the sockets of its unit or container back.</summary>
    internal long Throttles { get; init; }

    /// <summary>All groups of a sample; the largest first.</summary>
    internal static List<ConnectionReport> All(SampleView view)
    {
        var reports = new List<ConnectionReport>();
        foreach (var (instance, sampled) in view.Instances(ConnectionRows.OfSample))
            if (sampled > 0 && instance is ConnectionInstance one)
                reports.Add(Of(one, view));
        reports.Sort(static (one, other) => other.Connections.CompareTo(one.Connections));
        return reports;
    }

    static ConnectionReport Of(ConnectionInstance one, SampleView view)
    {
        long Value(Metrics.Row row) => view[row, one] ?? 0;
        var busy = Value(ConnectionRows.RecentReceiver) + Value(ConnectionRows.RecentSendBuffer) + Value(ConnectionRows.RecentNetwork);
        var time = busy + Value(ConnectionRows.RecentApplication);
        var connections = (double)Value(ConnectionRows.Connections);
        return new ConnectionReport(one.IsIncoming, one.Subject)
        {
            Connections = connections,
            Sampled = Value(ConnectionRows.OfSample),
            Busy = time > 0 ? connections * busy / time : null,
            Receiver = busy > 0 ? (double)Value(ConnectionRows.RecentReceiver) / busy : 0,
            SendBuffer = busy > 0 ? (double)Value(ConnectionRows.RecentSendBuffer) / busy : 0,
            SentPerSecond = time > 0 ? Value(ConnectionRows.RecentSent) * connections / (time / 1e6) : 0,
            Sent = Value(ConnectionRows.RecentSent),
            Retransmitted = Value(ConnectionRows.RecentRetransmitted),
            RoundTrip = view[ConnectionRows.RoundTrip, one] / 1e6,
            LowestRoundTrip = view[ConnectionRows.LowestRoundTrip, one] / 1e6,
            DeliveryRate = view[ConnectionRows.DeliveryRate, one],
            Connects = Value(ConnectionRows.Connects),
            ConnectsAgain = Value(ConnectionRows.ConnectsAgain),
            Unread = Value(ConnectionRows.UnreadFull),
            UnreadBytes = Value(ConnectionRows.UnreadBytes),
            Owner = OwnerWords.Of(one.Of, view),
            Throttles = OwnerWords.SocketThrottles(one.Of, view),
        };
    }
}
