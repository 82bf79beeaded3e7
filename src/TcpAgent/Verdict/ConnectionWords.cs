using System.Globalization;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// What is worth saying about the connections, in one sentence for each group. Healthy ones are not mentioned: to send as fast as the
/// network allows, or to wait for the application, is no fault.
/// </summary>
static class ConnectionWords
{
    /// <summary>Sentences in all.</summary>
    internal const int Most = 5;

    /// <summary>From this share of the bytes on, what is sent again costs more than it should on any network.</summary>
    internal const double ManyRetransmitted = 0.02;

    /// <summary>Fewer bytes are a few segments, which prove nothing.</summary>
    const long FewRetransmitted = 32 * 1024;

    /// <summary>
    /// The share of the busy time from which on a limiter is named. The send buffer's is a lower bound, and any of it keeps data waiting.
    /// </summary>
    const double Mostly = 0.5, SendBufferMostly = 0.2;

    /// <summary>Connections that must be busy in the mean, so that it matters.</summary>
    const double FewBusy = 0.5;

    /// <summary>A round trip this much above the lowest, in seconds and as a multiple, is time in queues.</summary>
    const double QueueSeconds = 0.02, QueueMultiple = 4;

    /// <summary>
    /// Bytes on the way on a busy connection from which on its round trip is the network's. The peer must acknowledge every second full
    /// segment at once (RFC 1122, 4.2.3.2). With less it may wait until its application answers, which is no queue.
    /// </summary>
    const double AcknowledgedAtOnce = 2 * ConnectionSample.Segment;

    /// <summary>Connections that the application does not read: as a number, or as a part of all.</summary>
    const long ManyUnread = 3, UnreadPart = 10;

    /// <summary>The share of connects whose SYN was sent again from which on it is said, and their least number.</summary>
    const double ManyConnectsAgain = 0.05;

    const long FewConnectsAgain = 5;

    internal static bool HasLoss(ConnectionReport one) => IsLoss(one.Sent, one.Retransmitted);

    /// <summary>Whether so many of the bytes sent were sent again that it is worth saying.</summary>
    internal static bool IsLoss(long sent, long retransmitted) =>
        retransmitted >= FewRetransmitted && retransmitted >= ManyRetransmitted * sent;

    internal static bool IsUnread(ConnectionReport one) =>
        one.Unread > 0 && (one.Unread >= ManyUnread || one.Unread * UnreadPart >= one.Connections);

    internal static bool IsLimitedByReceiver(ConnectionReport one) => one.Busy >= FewBusy && one.Receiver >= Mostly;

    internal static bool IsLimitedBySendBuffer(ConnectionReport one) => one.Busy >= FewBusy && one.SendBuffer >= SendBufferMostly;

    /// <summary>Data waits in a queue of the network: here, on the path or at the peer.</summary>
    internal static bool IsQueued(ConnectionReport one) => one.Busy >= FewBusy && one.Network >= Mostly
        && one.RoundTrip - one.LowestRoundTrip >= QueueSeconds && one.RoundTrip >= QueueMultiple * one.LowestRoundTrip
        && one.SentPerSecond * one.RoundTrip >= AcknowledgedAtOnce * one.Busy;

    internal static bool IsConnectLossy(ConnectionReport one) => !one.IsIncoming && ConnectedAgain(one) >= FewConnectsAgain
        && one.ConnectsAgain >= ManyConnectsAgain * one.Connects;

    /// <summary>Connections that had to send their SYN again. The sample has one that stays at each look.</summary>
    static double ConnectedAgain(ConnectionReport one) => one.Connects > 0 ? one.Connections * one.ConnectsAgain / one.Connects : 0;

    /// <summary>The sentences, the worst kind first and then the largest group.</summary>
    internal static List<string> Of(IReadOnlyList<ConnectionReport> reports, SampleView view)
    {
        var lines = new List<string>();
        Add(IsUnread, one => $"{Number(one.Unread)} are not read by the application{Owner(one)}; {Bytes(one.UnreadBytes)} wait");
        Add(HasLoss, one => $"{Loss(one)} {(LocalLoss.Find(view) is { } here ? $"({here})" : "(on the path or at the peer)")}");
        Add(IsLimitedBySendBuffer, one => $"the send buffer limits {Percent(one.SendBuffer)} of the busy time or more");
        Add(IsQueued, one => $"data waits {LocalLoss.Queue(view) ?? "in queues on the path"}: round trip {Milliseconds(one.RoundTrip)}, "
            + $"{Milliseconds(one.LowestRoundTrip)} without");
        Add(IsLimitedByReceiver, one => $"the peer limits {Percent(one.Receiver)} of the busy time: {Reader(one)}");
        Add(IsConnectLossy, one => $"{Number((long)Math.Round(ConnectedAgain(one)))} had to send their SYN again");
        return lines;

        void Add(Func<ConnectionReport, bool> applies, Func<ConnectionReport, string> say)
        {
            foreach (var one in reports)
                if (lines.Count < Most && applies(one))
                    lines.Add($"{Who(one)}: {say(one)}");
        }
    }

    /// <summary>Begins a sentence: "8 connections to 10.0.0.2:5432".</summary>
    internal static string Who(ConnectionReport one)
    {
        var count = Number((long)Math.Round(Math.Max(1, one.Connections)));
        var what = count == "1" ? "1 connection" : $"{count} connections";
        return (one.IsIncoming, one.Subject) switch
        {
            (true, ConnectionInstance.Others) => $"{what} accepted elsewhere",
            (false, ConnectionInstance.Others) => $"{what} to other destinations",
            (true, var listener) => $"{what} of {listener}",
            (false, var destination) => $"{what} to {destination}",
        };
    }

    /// <summary>"2.1 % of the bytes sent again".</summary>
    internal static string Loss(ConnectionReport one) => $"{Percent(one.RetransmittedShare)} of the bytes sent again";

    /// <summary>Whether the peer reads at all: nothing was delivered if nothing new could be sent.</summary>
    static string Reader(ConnectionReport one) => one.Sent == 0 ? "its application does not read"
        : "its application reads too slowly, or its receive buffer is small";

    static string Owner(ConnectionReport one) => one.Owner is { } owner ? $", {owner}" : "";

    internal static string Percent(double share) =>
        (100 * share).ToString(share < 0.1 ? "0.#" : "0", CultureInfo.InvariantCulture) + " %";

    internal static string Number(long value) => Quantity.Of(value, "");

    internal static string Bytes(long value) => Quantity.Of(value, "bytes");

    internal static string Milliseconds(double? seconds) =>
        ((seconds ?? 0) * 1000).ToString(seconds < 0.01 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";
}
