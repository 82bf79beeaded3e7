using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// struct tcp_info of include/uapi/linux/tcp.h, which only grows at its end. A field beyond the end of an older kernel's struct is
/// <see cref="KernelValue.Absent"/>.
/// </summary>
readonly ref struct TcpInfo(ReadOnlySpan<byte> info)
{
    readonly ReadOnlySpan<byte> _info = info;

    /// <summary>tcpi_rcv_mss: the size in bytes of the segments that arrive, as the kernel guesses it.</summary>
    internal long ReceivedSegment => Read32(20);

    /// <summary>
    /// tcpi_last_data_sent in milliseconds. It starts with the connection (net/ipv4/tcp_minisocks.c, tcp_create_openreq_child), and nothing
    /// is sent before a process accepts. So for a waiting connection it is the time waited, whatever its client has done since.
    /// </summary>
    internal long LastDataSent => Read32(44);

    /// <summary>tcpi_last_data_recv in milliseconds: the time since data came. While the window is closed none can come.</summary>
    internal long LastDataReceived => Read32(52);

    /// <summary>
    /// tcpi_last_ack_recv in milliseconds. For a connection that waits in CLOSE_WAIT it is the time since its client left.
    /// </summary>
    internal long LastAckReceived => Read32(56);

    /// <summary>tcpi_rtt: the smoothed round trip in microseconds; 0 before the first measurement.</summary>
    internal long RoundTrip => Read32(68);

    /// <summary>tcpi_total_retrans: segments sent again during the connection's life, its SYN among them.</summary>
    internal long Retransmissions => Read32(100);

    /// <summary>tcpi_bytes_received.</summary>
    internal long Received => Read64(128);

    /// <summary>tcpi_min_rtt: the lowest round trip of the last minutes in microseconds, since 4.6; absent before the first.</summary>
    internal long LowestRoundTrip => Read32(148) is var microseconds && microseconds == uint.MaxValue ? KernelValue.Absent : microseconds;

    /// <summary>tcpi_delivery_rate in bytes a second, since 4.9; 0 before the first.</summary>
    internal long DeliveryRate => Read64(160);

    /// <summary>
    /// tcpi_busy_time: microseconds in which data waited to be sent or acknowledged, since 4.10. It includes the two below.
    /// </summary>
    internal long Busy => Read64(168);

    /// <summary>tcpi_rwnd_limited: microseconds in which the peer's receive window was full.</summary>
    internal long ReceiverLimited => Read64(176);

    /// <summary>
    /// tcpi_sndbuf_limited: microseconds in which the send buffer was full. The kernel counts it only while the congestion window has
    /// room, so it is a lower bound (net/ipv4/tcp_output.c, tcp_chrono_start).
    /// </summary>
    internal long SendBufferLimited => Read64(184);

    /// <summary>tcpi_bytes_sent, with what was sent again, since 4.19.</summary>
    internal long Sent => Read64(200);

    /// <summary>tcpi_bytes_retrans, since 4.19.</summary>
    internal long Retransmitted => Read64(208);

    /// <summary>tcpi_dsack_dups: segments that the peer had already, so that they were sent again without need, since 4.19.</summary>
    internal long Spurious => Read32(216);

    /// <summary>tcpi_rcv_wnd: the receive window that this host last advertised, since 6.2.</summary>
    internal long ReceiveWindow => Read32(232);

    long Read32(int offset) => _info.Length >= offset + sizeof(uint) ? MemoryMarshal.Read<uint>(_info[offset..]) : KernelValue.Absent;

    /// <summary>A u64; none of these comes near the sign bit, and one that does is no value.</summary>
    long Read64(int offset) =>
        _info.Length >= offset + sizeof(ulong) && MemoryMarshal.Read<long>(_info[offset..]) is >= 0 and var value
            ? value
            : KernelValue.Absent;
}
