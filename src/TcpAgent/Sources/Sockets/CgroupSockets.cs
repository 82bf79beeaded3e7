using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>The connections of one cgroup that are stuck in a state, from one walk.</summary>
struct CgroupSockets
{
    /// <summary>Connects that are not answered yet.</summary>
    internal int SynSent;

    /// <summary>Connections that the peer has closed and the program has not.</summary>
    internal int CloseWait;

    /// <summary>Connections that are closed on both sides, and whose last FIN the peer has not acknowledged.</summary>
    internal int LastAck;

    /// <summary>All of them.</summary>
    internal readonly int Stuck => SynSent + CloseWait + LastAck;

    /// <summary>Connects whose SYN was sent again, so that they have waited for a second or more.</summary>
    internal int Unanswered;

    /// <summary>The backend of most of them, and the votes that it leads by (Boyer and Moore's majority vote).</summary>
    internal Endpoint Backend;

    int _votes;

    /// <summary>
    /// Of the connect that has waited longest: how often its SYN was sent again, and the milliseconds until the next time.
    /// </summary>
    internal int Retransmits;

    /// <inheritdoc cref="Retransmits"/>
    internal uint Expires;

    internal void Add(in InetDiagRow row)
    {
        if (row.State == TcpState.CloseWait)
            CloseWait++;
        else if (row.State == TcpState.LastAck)
            LastAck++;
        else
        {
            SynSent++;
            if (row.Retransmits > 0)
                AddUnanswered(row);
        }
    }

    void AddUnanswered(in InetDiagRow row)
    {
        Unanswered++;
        if (row.Retransmits > Retransmits || (row.Retransmits == Retransmits && row.Expires < Expires))
            (Retransmits, Expires) = (row.Retransmits, row.Expires);
        var remote = row.Remote;
        if (_votes == 0)
            Backend = remote;
        _votes += Backend == remote ? 1 : -1;
    }
}
