using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The scope in which a local port is unique: the source address, with port 0, and the destination.</summary>
readonly record struct PortTuple(Endpoint Source, Endpoint Destination) : IComparable<PortTuple>
{
    /// <summary>
    /// Loopback as tcp_tw_reuse defines it (net/ipv4/tcp_ipv4.c, tcp_twsk_unique), except for sockets that are bound to the device lo and
    /// use other addresses.
    /// </summary>
    internal bool IsLoopback => Source.IsLoopback || Destination.IsLoopback;

    public int CompareTo(PortTuple other) =>
        (Destination.High, Destination.Low, Destination.Port, Source.High, Source.Low)
            .CompareTo((other.Destination.High, other.Destination.Low, other.Destination.Port, other.Source.High, other.Source.Low));

    /// <summary>A hash that peers, who choose addresses, cannot predict.</summary>
    public override int GetHashCode() =>
        HashCode.Combine(Destination.High, Destination.Low, Destination.Port, Source.High, Source.Low);
}
