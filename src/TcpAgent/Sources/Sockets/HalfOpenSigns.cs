using System.Numerics;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>The reasons why connections stay half-open, as far as their rows show them.</summary>
/// <param name="Retried">Connections whose SYN-ACK was sent again, because nobody answered it.</param>
/// <param name="Deferred">
/// Connections whose timer has expired without another SYN-ACK: the client answered, and TCP_DEFER_ACCEPT waits for data
/// (net/ipv4/inet_connection_sock.c, syn_ack_recalc).
/// </param>
/// <param name="SourceBits">One bit per client address of the retried connections, by hash.</param>
readonly record struct HalfOpenSigns(int Retried, int Deferred, ulong SourceBits)
{
    /// <summary>TCP_TIMEOUT_INIT in milliseconds, which doubles with each timeout.</summary>
    const uint FirstTimeout = 1_000;

    internal static HalfOpenSigns Of(in InetDiagRow row)
    {
        if (row.Retransmits == 0)
            return row.Expires > FirstTimeout ? new HalfOpenSigns(0, 1, 0) : default;
        var remote = row.Remote;
        return new HalfOpenSigns(1, 0, 1UL << (int)(Hash(remote.High ^ remote.Low) >> 58));
    }

    internal HalfOpenSigns And(in HalfOpenSigns other) =>
        new(Retried + other.Retried, Deferred + other.Deferred, SourceBits | other.SourceBits);

    /// <summary>Number of distinct addresses: exact for a few, at most 64.</summary>
    internal int Sources => BitOperations.PopCount(SourceBits);

    /// <summary>Fibonacci hashing: the high bits depend on all bits.</summary>
    static ulong Hash(ulong value) => value * 0x9E37_79B9_7F4A_7C15;
}
