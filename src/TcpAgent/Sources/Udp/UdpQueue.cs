using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// The receive buffers of the UDP sockets of one address and port, at one scan. Several sockets share it by SO_REUSEPORT, or because they
/// have peers.
/// </summary>
struct UdpQueue
{
    internal Endpoint Local;
    internal int Sockets;

    /// <summary>Bytes in use and size of the fullest buffer.</summary>
    internal long Used, Limit;

    /// <summary>The cgroup in which the socket of that buffer was created; 0 if it is unknown.</summary>
    internal ulong Cgroup;

    /// <summary>The bytes in use at two consecutive scans, of the buffer that was fullest at both.</summary>
    internal long Standing, StandingLimit;

    /// <summary>New drops by sk_drops, including those from before the agent started; and those since the last scan.</summary>
    internal long Drops, NewDrops;

    /// <summary>A buffer is worth reporting from an eighth on.</summary>
    internal readonly bool IsNotable => NewDrops > 0 || Drops > 0 || (Limit > 0 && Used >= Limit / 8);

    /// <summary>Orders by losses, then by fullness.</summary>
    internal readonly int CompareTo(in UdpQueue other) =>
        (NewDrops, Fullness.Of(Used, Limit), Drops).CompareTo((other.NewDrops, Fullness.Of(other.Used, other.Limit), other.Drops));
}
