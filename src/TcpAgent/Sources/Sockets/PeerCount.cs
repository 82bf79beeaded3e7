namespace TcpAgent.Sources;

/// <summary>The connections to one destination that make no progress, from one scan.</summary>
struct PeerCount
{
    /// <summary>Connections to the destination: those in SYN_SENT, or all that are open.</summary>
    internal int Sockets;

    /// <summary>Connections that retransmitted and had no answer.</summary>
    internal int Silent;

    /// <summary>Connections whose peer keeps its window closed, and those for which it has been closed for long.</summary>
    internal int Closed, ClosedLong;

    /// <summary>For a port: the number of addresses that do not answer.</summary>
    internal int Addresses;

    /// <summary>The highest number of retransmissions of one connection, and the milliseconds until its next.</summary>
    internal int Retransmits;
    internal uint Expires;

    internal void Add(byte retransmits, uint expires)
    {
        Silent++;
        if (retransmits > Retransmits || (retransmits == Retransmits && expires < Expires))
            (Retransmits, Expires) = (retransmits, expires);
    }

    /// <summary>
    /// True for three or more connections and at least a tenth of all: on a path that loses one packet in a hundred, one connection in a
    /// hundred waits. Two retransmissions of the same segment, or ten connections, are no accidental loss.
    /// </summary>
    internal readonly bool IsSilent => Silent >= 3 && Silent * 10L >= Sockets && (Retransmits >= 2 || Silent >= 10);

    /// <inheritdoc cref="IsSilent"/>
    internal readonly bool IsClosed => ClosedLong >= 3 && Closed * 10L >= Sockets;
}
