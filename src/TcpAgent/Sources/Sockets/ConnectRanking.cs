using System.Runtime.CompilerServices;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The ten destinations with the most unanswered SYNs at the last walk, and then with the most connects under way.</summary>
/// <param name="linearTimeouts">tcp_syn_linear_timeouts, as <see cref="SynAge"/> takes it.</param>
sealed class ConnectRanking(int linearTimeouts)
{
    /// <summary>Fewer connects at once that all wait for their first answer are normal for any client.</summary>
    const int Many = 10;

    /// <summary>Destinations whose instances are kept, so that one that comes and goes is not named again each time.</summary>
    const int MaxInstances = 64;

    readonly (PortTuple Tuple, PeerCount Count)[] _worst = new (PortTuple, PeerCount)[PeerRows.MaxPeers];
    readonly Dictionary<PortTuple, EndpointInstance> _instances = [];
    int _count;

    /// <summary>Called after each walk.</summary>
    internal void Rank(PeerCensus census)
    {
        _count = 0;
        foreach (var (tuple, count) in census.Counts)
            if (count.Silent > 0 || count.Sockets >= Many)
                Top.Offer<(PortTuple Tuple, PeerCount Count)>(
                    _worst, ref _count, (tuple, count), static (one, other) => Precedes(one.Count, other.Count));
    }

    static bool Precedes(in PeerCount one, in PeerCount other) =>
        one.Silent != other.Silent ? one.Silent > other.Silent : one.Sockets > other.Sockets;

    /// <summary>Fills the empty table of <see cref="PeerRows.Connects"/>.</summary>
    internal void Store(Table table)
    {
        var columns = PeerRows.ConnectColumns;
        foreach (ref readonly var one in _worst.AsSpan(0, _count))
        {
            var slots = table.Add(_instances.TryGetValue(one.Tuple, out var known) ? known : Learn(one.Tuple));
            (slots[columns.Sockets], slots[columns.Silent], slots[columns.Closed]) = (one.Count.Sockets, one.Count.Silent, 0);
            if (one.Count.Silent == 0)
                continue;
            slots[columns.Retransmits] = one.Count.Retransmits;
            slots[columns.Oldest] = SynAge.Milliseconds(one.Count.Retransmits, one.Count.Expires, linearTimeouts);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    EndpointInstance Learn(in PortTuple tuple)
    {
        if (_instances.Count == MaxInstances)
            _instances.Clear();
        return _instances[tuple] = new EndpointInstance(tuple.Destination);
    }
}
