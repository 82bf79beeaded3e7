using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// The receive buffers of the UDP sockets of one address and port, at one look. Several share it by SO_REUSEPORT, or have peers.
/// </summary>
struct UdpQueue
{
    internal Endpoint Local;
    internal int Sockets;

    /// <summary>Bytes in use and the size, of the fullest.</summary>
    internal long Used, Limit;

    /// <summary>Of the buffer that was fullest at two looks running: what was in use at both.</summary>
    internal long Standing, StandingLimit;

    /// <summary>sk_drops that were not counted before, from before the agent started too; and those of them since the last look.</summary>
    internal long Drops, NewDrops;

    /// <summary>From an eighth on it is worth telling.</summary>
    internal readonly bool IsNotable => NewDrops > 0 || Drops > 0 || (Limit > 0 && Used >= Limit / 8);

    /// <summary>More losses first, then the fuller.</summary>
    internal readonly int CompareTo(in UdpQueue other) =>
        (NewDrops, Fullness.Of(Used, Limit), Drops).CompareTo((other.NewDrops, Fullness.Of(other.Used, other.Limit), other.Drops));
}
