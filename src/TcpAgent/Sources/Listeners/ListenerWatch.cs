using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Concludes from the host's counters what happened at its listeners between two ticks: whose queue overflowed, and in whose queue
/// connections wait too long.
/// </summary>
sealed class ListenerWatch(Source snmp, Source netstat, TimeProvider time)
{
    /// <summary>A second, plus the time that a tick may be late.</summary>
    static readonly TimeSpan s_second = TimeSpan.FromSeconds(1.1);

    readonly SlotRef _overflows = new(netstat[NetstatRows.Rows], NetstatRows.ListenOverflows);
    readonly SlotRef _opens = new(snmp[SnmpRows.Rows], SnmpRows.TcpPassiveOpens);
    readonly WindowedTotal _opened = new(s_second, time);

    /// <summary>Judges each listener. Returns the one whose queue overflowed since the previous tick; null when none did.</summary>
    internal Listener? Judge(in Tick tick, Dictionary<Endpoint, Listener>.ValueCollection listeners)
    {
        _opened.Add(tick.Timestamp, _opens.Rise);
        var opens = _opens.Value == Absent ? Absent : _opened.Recent;
        foreach (var listener in listeners)
            listener.Judge(tick.Timestamp, opens);
        return Overflowed(tick, listeners);
    }

    /// <summary>
    /// A queue may fill and empty between two ticks. An overflow that the host counts proves that some queue was full: that of the listener
    /// with drops. If several have drops, it is the one with the longest queue now, because any listener may drop stray packets.
    /// </summary>
    Listener? Overflowed(in Tick tick, Dictionary<Endpoint, Listener>.ValueCollection listeners)
    {
        if (_overflows.Rise == 0)
            return null;
        Listener? overflowed = null;
        foreach (var listener in listeners)
            if (listener.NewDrops > 0 && (overflowed is not { } other
                || (listener.FullestLength, listener.NewDrops).CompareTo((other.FullestLength, other.NewDrops)) > 0))
                overflowed = listener;
        if (overflowed is { FullestLimit: not Absent } full)
            full.Raise(tick.Timestamp, full.FullestLimit + 1);
        return overflowed;
    }
}
