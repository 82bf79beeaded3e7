namespace TcpAgent.Sources;

/// <summary>What one look found of the connections to one destination that make no progress.</summary>
struct PeerCount
{
    /// <summary>Connections to it: those being opened, or all that are open.</summary>
    internal int Sockets;

    /// <summary>Of these the ones that sent again and had no answer.</summary>
    internal int Silent;

    /// <summary>Of these the ones whose peer keeps its window closed, and those for which it has been closed for long.</summary>
    internal int Closed, ClosedLong;

    /// <summary>Of a port: addresses that do not answer.</summary>
    internal int Addresses;

    /// <summary>Most retransmissions of one of them, and the milliseconds that this one waits for its next.</summary>
    internal int Retransmits;
    internal uint Expires;

    internal void Add(byte retransmits, uint expires)
    {
        Silent++;
        if (retransmits > Retransmits || (retransmits == Retransmits && expires < Expires))
            (Retransmits, Expires) = (retransmits, expires);
    }

    /// <summary>
    /// Three or more and a tenth of them: on a path that loses one packet in a hundred, one connection in a hundred waits. Two
    /// retransmissions of the same segment, or ten connections, are no lost packet.
    /// </summary>
    internal readonly bool IsSilent => Silent >= 3 && Silent * 10L >= Sockets && (Retransmits >= 2 || Silent >= 10);

    /// <inheritdoc cref="IsSilent"/>
    internal readonly bool IsClosed => ClosedLong >= 3 && Closed * 10L >= Sockets;
}
