using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Follows, for the peak window, the first ten destinations whose connections make no progress.</summary>
/// <param name="columns">The rows of the table that is filled.</param>
/// <param name="window">The peak window.</param>
/// <param name="time">The sampler's clock.</param>
/// <param name="linearTimeouts">tcp_syn_linear_timeouts: the number of SYN retransmissions at the first interval before it doubles.</param>
sealed class PeerTable(PeerColumns columns, TimeSpan window, TimeProvider time, int linearTimeouts = 0)
{
    const int Sockets = 0, Silent = 1, Closed = 2, Retransmits = 3, Oldest = 4;

    /// <summary>Fewer silent addresses than this are normal for any crawler.</summary>
    const int ManyAddresses = 10;

    static readonly long[] s_none = [KernelValue.Absent, KernelValue.Absent, KernelValue.Absent, KernelValue.Absent, KernelValue.Absent];

    readonly Dictionary<PortTuple, (EndpointInstance Instance, PeakWindow Window)> _peers = [];

    readonly Dictionary<ushort, PeerCount> _scattered = [];

    internal void Observe(PeerCensus census, long timestamp)
    {
        foreach (var (tuple, count) in census.Counts)
            if (count.IsSilent || count.IsClosed)
                Record(tuple, count, timestamp);
    }

    /// <summary>Adds destinations too small to be reported one by one, as one entry per port without an address.</summary>
    internal void ObserveScattered(PeerCensus census, long timestamp)
    {
        census.Scatter(_scattered);
        foreach (var (port, count) in _scattered)
            if (count.Addresses >= ManyAddresses && count.Silent * 2L >= count.Sockets)
                Record(new PortTuple(default, new Endpoint(0, 0, port)), count, timestamp);
    }

    void Record(in PortTuple tuple, in PeerCount count, long timestamp)
    {
        if (!_peers.TryGetValue(tuple, out var peer))
        {
            if (_peers.Count >= PeerRows.MaxPeers)
                return;
            peer = Learn(tuple);
        }
        peer.Window.Record(timestamp,
        [
            count.Sockets, count.Silent, count.Closed, count.Retransmits,
            SynAge.Milliseconds(count.Retransmits, count.Expires, linearTimeouts),
        ]);
    }

    /// <summary>Called at each tick: forgets destinations that were not seen for the length of the window.</summary>
    internal void Store(Table table, long timestamp)
    {
        foreach (var (tuple, (instance, peaks)) in _peers)
        {
            peaks.Record(timestamp, s_none);
            if (peaks[Sockets] == KernelValue.Absent)
            {
                _peers.Remove(tuple);
                continue;
            }
            var slots = table.Add(instance);
            slots[columns.Sockets] = peaks[Sockets];
            slots[columns.Silent] = peaks[Silent];
            slots[columns.Closed] = peaks[Closed];
            slots[columns.Retransmits] = peaks[Retransmits];
            slots[columns.Oldest] = peaks[Oldest];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    (EndpointInstance Instance, PeakWindow Window) Learn(in PortTuple tuple) =>
        _peers[tuple] = (new EndpointInstance(tuple.Destination), new PeakWindow(PeerColumns.Count, window, time, PeakWindow.FewParts));
}
