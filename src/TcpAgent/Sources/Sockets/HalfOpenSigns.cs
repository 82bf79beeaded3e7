using System.Numerics;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>Why connections stay half-open, as far as their rows show it.</summary>
/// <param name="Retried">Their SYN-ACK was sent again: nobody has answered it.</param>
/// <param name="Deferred">
/// Their timer has run out and their SYN-ACK was not sent again: it was answered, and TCP_DEFER_ACCEPT waits for data
/// (net/ipv4/inet_connection_sock.c, syn_ack_recalc).
/// </param>
/// <param name="SourceBits">A bit for each address that the retried ones come from, by its hash.</param>
readonly record struct HalfOpenSigns(int Retried, int Deferred, ulong SourceBits)
{
    /// <summary>Milliseconds: TCP_TIMEOUT_INIT, which each timeout doubles.</summary>
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

    /// <summary>Addresses told apart: exact for a few, at most 64.</summary>
    internal int Sources => BitOperations.PopCount(SourceBits);

    /// <summary>Fibonacci hashing: the high bits depend on all.</summary>
    static ulong Hash(ulong value) => value * 0x9E37_79B9_7F4A_7C15;
}
