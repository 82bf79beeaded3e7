using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>What one source address holds, all destinations together.</summary>
struct SourcePorts
{
    internal Endpoint Source;

    internal int Sockets;

    /// <summary>Sockets of the destination that has most, and of these the ones in TIME_WAIT that connect() may take again.</summary>
    internal int MostOfOne, StaleOfThat;

    /// <summary>Different local ports, and of these the ones that a single socket holds. 0 until they were counted.</summary>
    internal int Distinct, Single;

    /// <summary>
    /// bind() with port 0 wants a port that no other socket of the address holds, whatever the destination
    /// (net/ipv4/inet_connection_sock.c, inet_csk_find_open_port). connect() alone gives the same port to several destinations and keeps
    /// to every second port until one destination has used them up (net/ipv4/inet_hashtables.c, __inet_hash_connect): before all ports
    /// are taken most of them are shared. Nearly all taken, and most by a single socket, was bind().
    /// </summary>
    internal readonly bool IsBound => Distinct > 0 && Single * 3L >= Distinct * 2L;
}
