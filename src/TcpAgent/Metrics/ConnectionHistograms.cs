using Prometheus;

namespace TcpAgent.Metrics;

/// <summary>
/// Distributions over the sampled connections. Each counts for as many connections as it stands for, so that hosts can be added up.
/// </summary>
/// <param name="factory">Creates the instruments.</param>
/// <param name="mutex">Held while they change.</param>
sealed class ConnectionHistograms(MetricFactory factory, Lock mutex)
{
    readonly Histogram _roundTrip = Create(
        factory, "tcpagent_connections_round_trip_seconds",
        "Smoothed round trips of the sampled connections, at each look. They include the time in which the peer waits with its "
        + "acknowledgement.",
        [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]);

    readonly Histogram _growth = Create(
        factory, "tcpagent_connections_round_trip_over_lowest_ratio",
        "The same round trips over the lowest one that each connection has seen in the last minutes. Far above 1, data waits in queues.",
        [1.25, 1.5, 2, 4, 8, 16]);

    readonly Histogram _retransmitted = Create(
        factory, "tcpagent_connections_retransmitted_ratio",
        "Share of the bytes of each sampled connection that were sent again, between two looks at which it sent.",
        [0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.5]);

    /// <summary>Finding the series of a direction again would cost more than counting.</summary>
    (Histogram.Child RoundTrip, Histogram.Child Growth, Histogram.Child Retransmitted)? _incoming, _outgoing;

    internal IReadOnlyList<Collector> Instruments => [_roundTrip, _growth, _retransmitted];

    /// <summary>Counts one sampled connection. What the kernel did not measure is not counted.</summary>
    /// <param name="isIncoming">Whether this host accepted it.</param>
    /// <param name="roundTrip">Microseconds, or below 0.</param>
    /// <param name="lowest">Microseconds, or below 0.</param>
    /// <param name="sent">Bytes, or below 0.</param>
    /// <param name="retransmitted">Bytes of them, or below 0.</param>
    /// <param name="connections">How many connections it stands for.</param>
    internal void Add(bool isIncoming, long roundTrip, long lowest, long sent, long retransmitted, int connections)
    {
        var series = isIncoming ? _incoming ??= SeriesOf("incoming") : _outgoing ??= SeriesOf("outgoing");
        lock (mutex)
        {
            if (roundTrip > 0)
                series.RoundTrip.Observe(roundTrip / 1e6, connections);
            if (roundTrip > 0 && lowest > 0)
                series.Growth.Observe((double)roundTrip / lowest, connections);
            if (sent > 0 && retransmitted >= 0)
                series.Retransmitted.Observe((double)retransmitted / sent, connections);
        }
    }

    (Histogram.Child, Histogram.Child, Histogram.Child) SeriesOf(string direction) =>
        (_roundTrip.WithLabels(direction), _growth.WithLabels(direction), _retransmitted.WithLabels(direction));

    static Histogram Create(MetricFactory factory, string name, string help, double[] buckets) =>
        factory.CreateHistogram(name, help, new HistogramConfiguration { Buckets = buckets, LabelNames = ["direction"] });
}
