using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The ports of one source address over all destinations.</summary>
struct SourcePorts
{
    internal Endpoint Source;

    internal int Sockets;

    /// <summary>Sockets of the destination with the most, and how many of them are in TIME_WAIT and may be reused by connect().</summary>
    internal int MostOfOne, StaleOfThat;

    /// <summary>Different local ports, and how many of them a single socket holds. 0 until they were counted.</summary>
    internal int Distinct, Single;

    /// <summary>
    /// True if the ports were taken by bind(). With port 0 it needs a port that no other socket of the address holds, whatever the
    /// destination (net/ipv4/inet_connection_sock.c, inet_csk_find_open_port). connect() alone gives the same port to several destinations
    /// and uses only every second port until one destination has exhausted those (net/ipv4/inet_hashtables.c, __inet_hash_connect), so most
    /// ports are shared before all are taken. If nearly all are taken, and most by a single socket, it was bind().
    /// </summary>
    internal readonly bool IsBound => Distinct > 0 && Single * 3L >= Distinct * 2L;
}
