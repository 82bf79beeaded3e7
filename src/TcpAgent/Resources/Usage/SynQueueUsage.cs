using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Half-open connections, as of the last walk. Their limit is the listener's backlog; without SYN cookies three quarters of
/// tcp_max_syn_backlog apply too (net/ipv4/tcp_input.c, tcp_conn_request).
/// </summary>
sealed class SynQueueUsage(Listeners listeners, SlotRef? cookies, SlotRef? maxBacklog) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var listener in listeners.Known)
            scan.Offer(listener.SynRecv, LimitOf(listener), listener.Instance);
    }

    /// <summary>The walk before the last found less: handshakes that complete in milliseconds occasionally fill a short queue.</summary>
    internal override bool IsPassing(Instance? of)
    {
        foreach (var listener in listeners.Known)
            if (ReferenceEquals(listener.Instance, of))
                return listener.LeastSynRecv < AcceptDelay.LeastNear
                    || Fullness.Of(listener.LeastSynRecv, LimitOf(listener)).Share < Resource.Near;
        return false;
    }

    /// <summary>
    /// An accept queue overflowed and no other listener's SYN queue is near its limit: behind a full accept queue handshakes cannot
    /// complete, which fills the SYN queue.
    /// </summary>
    internal bool IsConsequence
    {
        get
        {
            var overflowed = false;
            foreach (var listener in listeners.Known)
            {
                if (listener.FullestLimit != KernelValue.Absent && listener.FullestPeak > listener.FullestLimit)
                    overflowed = true;
                else if (Fullness.Of(listener.SynRecv, LimitOf(listener)).Share >= Resource.Near)
                    return false;
            }
            return overflowed;
        }
    }

    long LimitOf(Listener listener)
    {
        if (listener.Limit == KernelValue.Absent || cookies?.Value != 0 || maxBacklog is not { } max || max.Value == KernelValue.Absent)
            return listener.Limit;
        return Math.Min(listener.Limit, (max.Value - (max.Value >> 2)) * listener.Sockets);
    }
}
