using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>Connections that make no progress, by destination, from one scan. Refilled by the next, in constant memory.</summary>
sealed class PeerCensus
{
    /// <summary>Maximum number of destinations distinguished; further ones are not seen.</summary>
    const int MaxPeers = 4096;

    /// <summary>Consecutive timeouts that a single lost packet cannot explain.</summary>
    const int Repeated = 2;

    /// <summary>The time after which a scanner has given up.</summary>
    const int LongUnanswered = 3;

    /// <summary>Maximum number of ports distinguished.</summary>
    const int MaxPorts = 64;

    /// <summary>
    /// The kernel probes a closed window at doubling intervals, starting at the retransmission timeout (net/ipv4/tcp_timer.c,
    /// tcp_probe_timer). If the next probe is further away than this, the window has been closed for about as long.
    /// </summary>
    const uint LongMilliseconds = 1000;

    internal Dictionary<PortTuple, PeerCount> Counts { get; } = [];

    internal void Clear() => Counts.Clear();

    /// <summary>
    /// Adds a connection in SYN_SENT. It skips a connection to this host itself, whose other end is a queue of this host that the verdict
    /// covers.
    /// </summary>
    internal void CountSyn(in InetDiagRow row)
    {
        if (row.Remote.IsLoopback || (row.Local.High, row.Local.Low) == (row.Remote.High, row.Remote.Low))
            return;
        ref var count = ref Of(new PortTuple(row.Local with { Port = 0 }, row.Remote), out var isKnown);
        if (!isKnown)
            return;
        count.Sockets++;
        if (row.Timer == InetDiagRow.RetransmitTimer && row.Retransmits > 0)
            count.Add(row.Retransmits, row.Expires);
    }

    /// <summary>Adds a connection that is open or closing. Healthy ones are not kept.</summary>
    internal void CountConnection(in InetDiagRow row, in PortTuple tuple)
    {
        var isSilent = row.Timer is InetDiagRow.RetransmitTimer or InetDiagRow.KeepaliveTimer && row.Retransmits >= Repeated;
        if (!isSilent && row.Timer != InetDiagRow.WindowProbeTimer)
            return;
        ref var count = ref Of(tuple, out var isKnown);
        if (!isKnown)
            return;
        if (isSilent)
            count.Add(row.Retransmits, row.Expires);
        else
            (count.Closed, count.ClosedLong) = (count.Closed + 1, count.ClosedLong + (row.Expires > LongMilliseconds ? 1 : 0));
    }

    /// <summary>The number of open connections to those destinations.</summary>
    internal void AddTotals(PortTable table)
    {
        foreach (var (tuple, _) in Counts)
        {
            var held = table.Of(tuple);
            CollectionsMarshal.GetValueRefOrNullRef(Counts, tuple).Sockets = held.Held - held.TimeWait;
        }
    }

    /// <summary>Adds up by port the destinations that have long been silent but of which none stands out.</summary>
    internal void Scatter(Dictionary<ushort, PeerCount> ports)
    {
        ports.Clear();
        foreach (var (tuple, count) in Counts)
        {
            if (count.IsSilent || (ports.Count >= MaxPorts && !ports.ContainsKey(tuple.Destination.Port)))
                continue;
            ref var port = ref CollectionsMarshal.GetValueRefOrAddDefault(ports, tuple.Destination.Port, out _);
            port.Sockets += count.Sockets;
            if (count.Retransmits < LongUnanswered)
                continue;
            (port.Addresses, port.Silent) = (port.Addresses + 1, port.Silent + count.Silent);
            if (count.Retransmits > port.Retransmits)
                (port.Retransmits, port.Expires) = (count.Retransmits, count.Expires);
        }
    }

    ref PeerCount Of(in PortTuple tuple, out bool isKnown)
    {
        isKnown = Counts.Count < MaxPeers || Counts.ContainsKey(tuple);
        if (isKnown)
            return ref CollectionsMarshal.GetValueRefOrAddDefault(Counts, tuple, out _);
        return ref _none;
    }

    PeerCount _none;
}
