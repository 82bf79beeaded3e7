namespace TcpAgent.Sources;

/// <summary>
/// What is added up of the connections of a group. Amounts of the first kind are estimates for all connections: what was seen, times the
/// parts of the rotation. The others are of the sample alone, from <see cref="Sampled"/> on.
/// </summary>
static class ConnectionSum
{
    /// <summary>Microseconds by limiter, added up over connections.</summary>
    internal const int Application = 0, Receiver = 1, SendBuffer = 2, Network = 3;

    /// <summary>Bytes.</summary>
    internal const int Sent = 4, Retransmitted = 5, Received = 6;

    /// <summary>Connections, once for each look.</summary>
    internal const int Connections = 7;

    /// <summary>Connections of which the application reads nothing, and the bytes that wait for it.</summary>
    internal const int UnreadFull = 8, UnreadBytes = 9;

    /// <summary>Connections compared.</summary>
    internal const int Sampled = 10;

    /// <summary>Round trips in microseconds and delivery rates in bytes a second, and of how many connections they are.</summary>
    internal const int RoundTrip = 11, LowestRoundTrip = 12, RoundTrips = 13, DeliveryRate = 14, DeliveryRates = 15;

    /// <summary>Connections whose SYN is known to have been sent once or again, and those again.</summary>
    internal const int Connects = 16, ConnectsAgain = 17;

    internal const int Count = 18;

    /// <param name="sums">The sums so far.</param>
    /// <param name="sample">The connection.</param>
    /// <param name="parts">How many connections it stands for.</param>
    internal static void Add(Span<long> sums, in ConnectionSample sample, int parts)
    {
        if (sample.Network >= 0)
        {
            sums[Application] += sample.Application * parts;
            sums[Receiver] += sample.Receiver * parts;
            sums[SendBuffer] += sample.SendBuffer * parts;
            sums[Network] += sample.Network * parts;
        }
        sums[Sent] += Math.Max(0, sample.Sent) * parts;
        sums[Retransmitted] += Math.Max(0, sample.Retransmitted) * parts;
        sums[Received] += Math.Max(0, sample.Received) * parts;
        sums[Connections] += parts;
        sums[Sampled]++;
        if (sample.IsUnreadFull)
            (sums[UnreadFull], sums[UnreadBytes]) = (sums[UnreadFull] + parts, sums[UnreadBytes] + sample.Unread * parts);
        if (sample.RoundTrip >= 0)
        {
            (sums[RoundTrip], sums[RoundTrips]) = (sums[RoundTrip] + sample.RoundTrip, sums[RoundTrips] + 1);
            sums[LowestRoundTrip] += sample.LowestRoundTrip >= 0 ? sample.LowestRoundTrip : sample.RoundTrip;
        }
        if (sample.DeliveryRate >= 0)
            (sums[DeliveryRate], sums[DeliveryRates]) = (sums[DeliveryRate] + sample.DeliveryRate, sums[DeliveryRates] + 1);
        if (sample.SynSentAgain >= 0)
            (sums[Connects], sums[ConnectsAgain]) = (sums[Connects] + 1, sums[ConnectsAgain] + sample.SynSentAgain);
    }
}
