namespace TcpAgent.Verdict;

/// <summary>Whose flows hold most entries of the tracking table.</summary>
enum ConntrackHolder
{
    /// <summary>Not to be known without privilege: only the entries themselves say it.</summary>
    Unknown,

    /// <summary>TCP connections of this host that are open now.</summary>
    OpenConnections,

    /// <summary>TCP connections of this host that are not open any more.</summary>
    PastConnections,

    /// <summary>UDP flows.</summary>
    Udp,

    /// <summary>UDP flows, by what passes now. Says nothing of older entries.</summary>
    ProbablyUdp,

    /// <summary>Neither finished handshakes nor datagrams: SYNs, mostly.</summary>
    Unanswered,

    /// <summary>Flows of others may, for this host forwards.</summary>
    Forwarded,
}
