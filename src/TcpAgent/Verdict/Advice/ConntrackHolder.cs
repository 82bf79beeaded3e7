namespace TcpAgent.Verdict;

/// <summary>The kind of flow that holds most entries of the tracking table.</summary>
enum ConntrackHolder
{
    /// <summary>Unknown without privileges: only the entries themselves show it.</summary>
    Unknown,

    /// <summary>TCP connections of this host that are open now.</summary>
    OpenConnections,

    /// <summary>TCP connections of this host that are no longer open.</summary>
    PastConnections,

    /// <summary>UDP flows.</summary>
    Udp,

    /// <summary>UDP flows, judged by the traffic of now. It says nothing about older entries.</summary>
    ProbablyUdp,

    /// <summary>Neither completed handshakes nor datagrams, so mostly SYNs.</summary>
    Unanswered,

    /// <summary>Perhaps flows of other hosts, because this host forwards.</summary>
    Forwarded,
}
