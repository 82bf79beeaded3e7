using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of the sampled connections, filled by <see cref="Connections"/>.</summary>
static class ConnectionRows
{
    internal static readonly Rows Totals = new();

    internal static readonly Row Sampled = Totals.Gauge(
        "tcpagent_connections_sampled", "Established connections compared within the peak window; one that was compared at several looks counts at each. A share that is computed from them is off by at most 1 / sqrt(sampled) in 19 of 20 cases.", from: "inet_diag");

    internal static readonly Row SampledOf = Totals.Gauge(
        "tcpagent_connections_sampled_of", "Established connections of which those were sampled: as many as the kernel counted, once for each look.", from: "Tcp.CurrEstab");

    internal static readonly Row Parts = Totals.Gauge(
        "tcpagent_connections_sample_parts", "Parts into which the client ports are divided, so that one has about 256 connections. Each look compares the connections of one part.");

    internal static readonly Row Looks = Totals.Counter(
        "tcpagent_connections_looks_total", "Looks at one part of the connections. They are spaced to stay within a tenth of --sample.walk-budget, five seconds or more apart. Where one look sees all, there is one a minute while no TCP segment comes or goes.");

    internal static readonly Row Abandoned = Totals.Counter(
        "tcpagent_connections_looks_abandoned_total", "Looks that were ended because more than 2048 connections have their client port in one part.");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_connections_age_seconds", "Age of the last look.", Scale.Nanoseconds);

    internal static readonly Rows Groups = new("direction", "address", "port");

    internal static readonly Row Connections = Groups.Gauge(
        "tcpagent_connections", "Established connections by listener (incoming) or destination (outgoing), estimated from a sample as the mean over the peak window; up to 511 connections exactly. The ten largest of each; the rest is others. Those shorter than 10 s may not be seen.", from: "inet_diag");

    internal static readonly Row OfSample = Groups.Gauge(
        "tcpagent_connections_of_sample", "How many of tcpagent_connections_sampled belong to this group.");

    internal static readonly Row Application = Seconds("application", "tcpi_busy_time");

    internal static readonly Row Receiver = Seconds("receiver", "tcpi_rwnd_limited");

    internal static readonly Row SendBuffer = Seconds("send_buffer", "tcpi_sndbuf_limited");

    internal static readonly Row Network = Seconds("network", "tcpi_busy_time");

    internal static readonly Row Sent = Groups.Counter(
        "tcpagent_connections_sent_bytes_total", "Bytes sent on these connections, those sent again included; an estimate.", from: "tcpi_bytes_sent");

    internal static readonly Row Retransmitted = Groups.Counter(
        "tcpagent_connections_retransmitted_bytes_total", "Bytes of them that were sent again because they were lost; an estimate. What the peer reported as received twice is taken off.", from: "tcpi_bytes_retrans less tcpi_dsack_dups");

    internal static readonly Row Received = Groups.Counter(
        "tcpagent_connections_received_bytes_total", "Bytes received on these connections; an estimate.", from: "tcpi_bytes_received");

    internal static readonly Row UnreadFull = Groups.Gauge(
        "tcpagent_connections_unread", "Those of these connections whose receive window is closed because the application of this host has read nothing for five seconds or more. Needs Linux 6.2.", from: "tcpi_rcv_wnd, tcpi_last_data_recv");

    internal static readonly Row UnreadBytes = Groups.Gauge(
        "tcpagent_connections_unread_bytes", "Bytes that wait on them for the application.", from: "idiag_rqueue");

    internal static readonly Row RoundTrip = Groups.Gauge(
        "tcpagent_connections_round_trip_mean_seconds", "Mean smoothed round trip of the sampled connections within the peak window. It includes the time in which the peer waits with its acknowledgement.", Scale.Microseconds, from: "tcpi_rtt");

    internal static readonly Row LowestRoundTrip = Groups.Gauge(
        "tcpagent_connections_round_trip_lowest_seconds", "Mean of the lowest round trip that each of them has seen in the last minutes. The smoothed one is longer by the time in queues, here or on the path.", Scale.Microseconds, from: "tcpi_min_rtt");

    internal static readonly Row DeliveryRate = Groups.Gauge(
        "tcpagent_connections_delivery_rate_bytes", "Mean rate in bytes a second at which data was last delivered, of the sampled connections that sent, within the peak window.", from: "tcpi_delivery_rate");

    internal static readonly Row RecentApplication = Hidden("application", "Microseconds of connections without data to send.");

    internal static readonly Row RecentReceiver = Hidden("receiver", "Those limited by the peer's window.");

    internal static readonly Row RecentSendBuffer = Hidden("send_buffer", "Those limited by the send buffer.");

    internal static readonly Row RecentNetwork = Hidden("network", "Those limited by the network, or waiting for an acknowledgement.");

    internal static readonly Row RecentSent = Hidden("sent", "Bytes sent within the peak window.");

    internal static readonly Row RecentRetransmitted = Hidden("retransmitted", "Bytes of them sent again.");

    internal static readonly Row Connects = Hidden("connects", "Sampled connections whose number of SYNs is known.");

    internal static readonly Row ConnectsAgain = Hidden("connects_again", "Those whose SYN was sent more than once.");

    static Row Seconds(string limiter, string from) => Groups.Counter(
        "tcpagent_connections_seconds_total", "Estimated time of these connections by what limited them; its rate is a number of connections. application: nothing to send. receiver: the peer's window was full. send_buffer: this host's buffer was full, or longer. network: data was on its way.", Scale.Microseconds, $"limiter=\"{limiter}\"", from: from);

    static Row Hidden(string name, string help) => Groups.Hidden($"tcpagent_connections_recent_{name}", help);

    /// <param name="slots">The row of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="looks">Looks within the window, or 0 if the last tells how many connections there are.</param>
    internal static void Fill(Slots slots, ConnectionGroup group, long looks)
    {
        var sums = group.Sums;
        (slots[Application], slots[RecentApplication]) = (sums.Total(ConnectionSum.Application), sums.Recent(ConnectionSum.Application));
        (slots[Receiver], slots[RecentReceiver]) = (sums.Total(ConnectionSum.Receiver), sums.Recent(ConnectionSum.Receiver));
        (slots[SendBuffer], slots[RecentSendBuffer]) = (sums.Total(ConnectionSum.SendBuffer), sums.Recent(ConnectionSum.SendBuffer));
        (slots[Network], slots[RecentNetwork]) = (sums.Total(ConnectionSum.Network), sums.Recent(ConnectionSum.Network));
        (slots[Sent], slots[RecentSent]) = (sums.Total(ConnectionSum.Sent), sums.Recent(ConnectionSum.Sent));
        (slots[Retransmitted], slots[RecentRetransmitted]) = (
            sums.Total(ConnectionSum.Retransmitted), sums.Recent(ConnectionSum.Retransmitted));
        slots[Received] = sums.Total(ConnectionSum.Received);
        slots[OfSample] = sums.Recent(ConnectionSum.Sampled);
        slots[Connections] = Number(group, ConnectionSum.Connections, looks);
        slots[UnreadFull] = Number(group, ConnectionSum.UnreadFull, looks);
        slots[UnreadBytes] = Number(group, ConnectionSum.UnreadBytes, looks);
        slots[RoundTrip] = Mean(sums, ConnectionSum.RoundTrip, sums.Recent(ConnectionSum.RoundTrips));
        slots[LowestRoundTrip] = Mean(sums, ConnectionSum.LowestRoundTrip, sums.Recent(ConnectionSum.RoundTrips));
        slots[DeliveryRate] = Mean(sums, ConnectionSum.DeliveryRate, sums.Recent(ConnectionSum.DeliveryRates));
        (slots[Connects], slots[ConnectsAgain]) = (sums.Recent(ConnectionSum.Connects), sums.Recent(ConnectionSum.ConnectsAgain));
    }

    static long Number(ConnectionGroup group, int of, long looks) => looks == 0 ? group.Last(of) : Mean(group.Sums, of, looks);

    static long Mean(WindowedTotals sums, int of, long count) =>
        count == 0 ? Kernel.KernelValue.Absent : (sums.Recent(of) + count / 2) / count;
}
