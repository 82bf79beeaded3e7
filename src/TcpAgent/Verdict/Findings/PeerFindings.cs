using System.Text;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Findings about limiters elsewhere: peers that do not answer, acknowledge or read, and sockets that this namespace does not show.
/// </summary>
static class PeerFindings
{
    /// <summary>Maximum number of destinations named; the others are counted.</summary>
    const int MaxNamed = 3;

    /// <summary>Fewer than these within the window are normal on any network.</summary>
    const long FewTimers = 20, FewProbes = 10, FewRejects = 10, FewDiscards = 100, FewStuck = 5;

    internal static readonly FindingRule[] Rules =
    [
        new("peer_silent", Finding.Warning, Silent, "Peers do not answer connection attempts of this host"),
        new("peer_unacknowledged", Finding.Warning, Unacknowledged, "Peers do not acknowledge what this host sends"),
        new("peer_window_closed", Finding.Warning, WindowClosed, "Peers do not read what this host sends"),
        new("reader_stuck", Finding.Warning, ReaderStuck, "An application of this host does not read its connections"),
        new("paws_rejects", Finding.Warning, TimestampRejects, "Segments are refused because of their timestamps"),
        new("neighbour_silent", Finding.Warning, NeighbourSilent, "A neighbour does not answer, and packets to it are dropped"),
        new("other_namespaces", Finding.Info, OtherNamespaces),
    ];

    static long Recent(SampleView view, Row row) => view[row] ?? 0;

    /// <summary>
    /// SYNs without an answer. Where this host cannot send them again (TCPRetransFail), its own filter or queue is in the way, and the peer
    /// is not to blame.
    /// </summary>
    static string? Silent(SampleView view)
    {
        if (Recent(view, RecentRows.RetransFail) * 2 > Recent(view, RecentRows.SynRetrans))
            return null;
        var (columns, text, count) = (PeerRows.SynColumns, new StringBuilder(), 0);
        foreach (var (instance, unanswered) in view.Instances(columns.Silent))
        {
            if (unanswered == 0 || ++count > MaxNamed)
                continue;
            text.Append(count == 1 ? $"SYNs to {Name(instance)} unanswered: " : $"; to {Name(instance)}: ");
            text.Append($"{unanswered}, the oldest for {(view[columns.Oldest, instance] ?? 0) / 1000} s");
        }
        return count == 0 ? null
            : $"{text}{More(count)}. No queue or table of this host is in the way: the listener's queue on the peer is full, a packet "
                + "filter on the path or on the peer drops them, or the peer is down. Run tcp-agent why there; see the sockets here with "
                + "ss -tn state syn-sent.";
    }

    static string? Unacknowledged(SampleView view)
    {
        var (columns, text, count) = (PeerRows.ConnectionColumns, new StringBuilder(), 0);
        foreach (var (instance, silent) in view.Instances(columns.Silent))
        {
            if (silent == 0 || ++count > MaxNamed)
                continue;
            text.Append($"{(count == 1 ? "" : "; ")}{silent} of {view[columns.Sockets, instance]} connections to {Name(instance)} ");
            text.Append($"sent again up to {view[columns.Retransmits, instance]} times");
        }
        const string where = "the peers are gone or the path is cut. The kernel retries for about 15 minutes (tcp_retries2); "
            + "TCP_USER_TIMEOUT or a shorter application timeout gives up earlier. See the peers with ss -tino state established "
            + "(retrans).";
        return count > 0 ? $"{text}{More(count)}, and the peer does not acknowledge: {where}"
            : Unacknowledged(view, out var numbers) ? $"{numbers}: {where}"
            : null;
    }

    /// <summary>
    /// Judges by counters, which include clients. On a path that loses one packet in a hundred, one retransmission in a hundred is lost
    /// too, and some clients of a busy server always disappear.
    /// </summary>
    static bool Unacknowledged(SampleView view, out string numbers)
    {
        var syns = Recent(view, RecentRows.SynRetrans);
        var timeouts = Recent(view, RecentRows.Timeouts) - syns - Recent(view, RecentRows.SpuriousHostQueues);
        var (sentAgain, lostAgain) = (Recent(view, RecentRows.RetransSegs) - syns, Recent(view, RecentRows.LostRetransmit) - syns);
        numbers = $"{timeouts} retransmission timeouts, and {lostAgain} of {sentAgain} segments sent again had no acknowledgement either";
        var isLocal = Recent(view, RecentRows.RetransFail) * 2 > sentAgain;
        return !isLocal && timeouts >= FewTimers && sentAgain >= FewTimers && lostAgain >= FewTimers && lostAgain * 5 >= sentAgain
            && timeouts * 200 >= Recent(view, RecentRows.OrigDataSent);
    }

    static string? WindowClosed(SampleView view)
    {
        var (columns, text, count) = (PeerRows.ConnectionColumns, new StringBuilder(), 0);
        foreach (var (instance, closed) in view.Instances(columns.Closed))
            if (closed > 0 && ++count <= MaxNamed)
                text.Append($"{(count == 1 ? "" : "; ")}{closed} of {view[columns.Sockets, instance]} connections to {Name(instance)}");
        const string why = "the peer's application does not read, its receive buffer is full, and data waits here in send buffers. Look at "
            + "the peer: is it stuck, or waiting for something itself?";
        if (count > 0)
            return $"{text}{More(count)} wait behind a zero window: {why}";

        // The threshold is one probe in twenty segments. A reader that is only slow, or a player that pauses, gets far more segments per
        // probe.
        var probes = Recent(view, RecentRows.WinProbe);
        return probes < FewProbes || probes * 20 < Recent(view, RecentRows.OrigDataSent) ? null
            : $"{probes} probes were sent to peers that advertise a zero window: {why} See them here with ss -tno state established "
                + "(persist).";
    }

    /// <summary>
    /// The sample shows readers that were stuck before the watch began, the counters those that the sample missed. A reader that is only
    /// slow opens its window again as often as it closes it.
    /// </summary>
    static string? ReaderStuck(SampleView view)
    {
        const string why = "The peers wait. Is the application stuck, stopped, or out of threads? Larger buffers only delay the stall.";
        foreach (var one in ConnectionReport.All(view))
            if (ConnectionWords.IsUnread(one))
                return $"{ConnectionWords.Who(one)}: the application{(one.Owner is { } owner ? $", {owner}," : "")} does not read "
                    + $"{ConnectionWords.Number(one.Unread)} of them. Their receive buffers are full with "
                    + $"{ConnectionWords.Bytes(one.UnreadBytes)} in all, and nothing was taken out between two looks. {why} "
                    + $"{Throttled(one)}See them with ss -tnp state established (Recv-Q).";
        var (closed, opened) = (Recent(view, RecentRows.ToZeroWindow), Recent(view, RecentRows.FromZeroWindow));
        return closed - opened < FewStuck || opened * 2 > closed ? null
            : $"{closed} connections of this host began to advertise a zero window and {opened} opened it again: their receive buffers are "
            + $"full because the application does not read. {why} Find it with ss -tnp state established (a Recv-Q that stays).";
    }

    static string Throttled(ConnectionReport one) => one.Throttles == 0 ? ""
        : $"Within a minute its memory limit held its sockets back {ConnectionWords.Number(one.Throttles)} times (sock_throttled in "
            + "memory.events): see memory.max and memory.high of its cgroup. ";

    /// <summary>
    /// The threshold is one per hundred new connections: behind the NAT of a large network a port is occasionally reused too soon, and the
    /// next SYN gets through. Older kernels count a segment for a socket in TIME_WAIT as PAWSEstab, which also counts delayed duplicates.
    /// </summary>
    static string? TimestampRejects(SampleView view)
    {
        var estab = Recent(view, RecentRows.PawsEstab);
        var isMany = estab >= 2 * FewRejects && estab * 100 >= Recent(view, RecentRows.SegmentsReceived);
        var rejects = Recent(view, RecentRows.PawsTimeWait) + Recent(view, RecentRows.PawsPassive) + Recent(view, RecentRows.PawsActive)
            + Recent(view, RecentRows.TsEcrRejected) + (isMany ? estab : 0);
        return rejects < FewRejects || rejects * 100 < Recent(view, RecentRows.TcpOpens) ? null
            : $"{rejects} segments were refused because of their timestamps, which are older than one seen before (PAWS): SYNs of several "
                + "clients behind one NAT address that reuse a port within TIME_WAIT, or a device on the path that rewrites timestamps. "
                + "Such clients wait and retry. Let the client close first, or keep connections open; the NAT should not reuse a port "
                + "within a minute.";
    }

    static string? NeighbourSilent(SampleView view)
    {
        var discards = Recent(view, RecentRows.UnresolvedDiscards);
        return discards < FewDiscards ? null
            : $"{discards} packets were dropped while they waited for a neighbour that does not answer (unresolved_discards, all "
            + "namespaces of this host): a gateway or backend on the local network is down or has moved (ip neigh show nud failed).";
    }

    static string? OtherNamespaces(SampleView view)
    {
        if (view[Devices.VethsToElsewhere] is not { } count || count == 0)
            return null;
        var (devices, namespaces) = count == 1 ? ("device has its other end", "another network namespace")
            : ("devices have their other ends", "other network namespaces");
        return $"{count} veth {devices} in {namespaces}: containers, or the host seen from a container. Their sockets, listeners, ports "
            + "and settings are not covered here. To check one, run nsenter --net=/proc/PID/ns/net tcp-agent why with the PID of a process "
            + "in the container.";
    }

    /// <summary>The destination, for people.</summary>
    internal static string Name(Instance instance) => instance is EndpointInstance { Endpoint: { High: 0, Low: 0, Port: var port } }
        ? $"port {port} of many addresses"
        : instance.Subject;

    static string More(int count) => count <= MaxNamed ? "" : $"; and {count - MaxNamed} more destinations";
}
