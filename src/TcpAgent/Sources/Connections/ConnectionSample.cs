using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>One connection that was seen at two looks: what happened between them, and how it is now.</summary>
struct ConnectionSample
{
    /// <summary>With the device of the listener, if that is bound to one.</summary>
    internal Endpoint Local;

    internal Endpoint Remote;

    /// <summary>The group that it belongs to, which the listeners tell after the look.</summary>
    internal ConnectionKey Key;

    /// <summary>
    /// Microseconds between the looks, and of them with the peer's window full, with the send buffer full, and otherwise busy.
    /// </summary>
    internal long Elapsed, Receiver, SendBuffer, Network;

    /// <summary>Bytes sent, sent again and received between the looks.</summary>
    internal long Sent, Retransmitted, Received;

    /// <summary>The smoothed round trip and the lowest one in microseconds; absent before the first.</summary>
    internal long RoundTrip, LowestRoundTrip;

    /// <summary>Bytes a second; absent if nothing was sent between the looks.</summary>
    internal long DeliveryRate;

    /// <summary>Bytes that this host's application has not read, and had not read at the look before.</summary>
    internal long Unread, UnreadBefore;

    /// <summary>1 if the SYN was sent again, 0 if not; absent where the kernel counts it together with data that was sent again.</summary>
    internal long SynSentAgain;

    /// <summary>Microseconds in which the application had nothing to send.</summary>
    internal readonly long Application => Elapsed - Receiver - SendBuffer - Network;

    /// <summary>
    /// Whether this host's application has not read for the whole time, nor for <see cref="Pause"/>, although data waits and the window is
    /// too small for a segment.
    /// </summary>
    internal readonly bool IsUnreadFull => UnreadBefore > 0 && Unread >= UnreadBefore && Received <= 0 && _isStuck;

    /// <summary>
    /// Milliseconds without data from which on a reader is stuck. One that is only slow may pause for longer than two looks are apart, and
    /// the kernel opens a window again when a sixteenth of its buffer is free (net/ipv4/tcp_output.c, __tcp_select_window).
    /// </summary>
    const int Pause = 5000;

    bool _isStuck;

    internal static ConnectionSample Of(in InetDiagRow row, in ConnectionFigures before, in ConnectionFigures now, long elapsed)
    {
        var info = row.Info;
        var sample = new ConnectionSample
        {
            Local = row.LocalOnDevice,
            Remote = row.Remote,
            Elapsed = elapsed,
            Sent = ConnectionFigures.Rise(before.Sent, now.Sent),
            Received = ConnectionFigures.Rise(before.Received, now.Received),
            RoundTrip = info.RoundTrip > 0 ? info.RoundTrip : Absent,
            LowestRoundTrip = info.LowestRoundTrip > 0 ? info.LowestRoundTrip : Absent,
            Unread = now.Unread,
            UnreadBefore = before.Unread,
            SynSentAgain = info.Retransmissions == Absent || info.Retransmitted is Absent or > 0 ? Absent
                : info.Retransmissions > 0 ? 1
                : 0,
            _isStuck = info.ReceiveWindow != Absent && info.ReceiveWindow < Math.Max(1, info.ReceivedSegment)
                && info.LastDataReceived >= Pause,
        };
        sample.DeliveryRate = sample.Sent > 0 && info.DeliveryRate > 0 ? info.DeliveryRate : Absent;
        sample.Retransmitted = Needed(ConnectionFigures.Rise(before.Retransmitted, now.Retransmitted), before, now);
        sample.Divide(before, now);
        return sample;
    }

    /// <summary>Takes off what the peer had already (RFC 2883), as full segments of what was sent again.</summary>
    static long Needed(long retransmitted, in ConnectionFigures before, in ConnectionFigures now)
    {
        var spurious = ConnectionFigures.Rise(before.Spurious, now.Spurious);
        return retransmitted <= 0 || spurious <= 0 ? retransmitted : Math.Max(0, retransmitted - spurious * Segment);
    }

    /// <summary>The payload of a full segment on Ethernet with timestamps. tcpi_snd_mss may be that of a batch.</summary>
    internal const int Segment = 1448;

    /// <summary>The kernel reads its own clock (jiffies), so a time between looks may be some milliseconds longer than ours.</summary>
    void Divide(in ConnectionFigures before, in ConnectionFigures now)
    {
        var busy = Math.Min(Elapsed, ConnectionFigures.Rise(before.Busy, now.Busy));
        if (busy < 0)
        {
            (Receiver, SendBuffer, Network) = (Absent, Absent, Absent);
            return;
        }
        Receiver = Math.Clamp(ConnectionFigures.Rise(before.ReceiverLimited, now.ReceiverLimited), 0, busy);
        SendBuffer = Math.Clamp(ConnectionFigures.Rise(before.SendBufferLimited, now.SendBufferLimited), 0, busy - Receiver);
        Network = busy - Receiver - SendBuffer;
    }
}
