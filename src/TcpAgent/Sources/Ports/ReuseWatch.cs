using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Finds whether connect() reuses ports in TIME_WAIT, as the sysctls allow, by the only counter that shows it (TWRecycled). It does not if
/// the other side sends no timestamps (net/ipv4/tcp_ipv4.c, tcp_twsk_unique).
/// </summary>
/// <param name="recycled">The counter; null where netstat is not read.</param>
/// <param name="time">The sampler's clock.</param>
sealed class ReuseWatch(SlotRef? recycled, TimeProvider time)
{
    /// <summary>A host that reuses ports does so within this time, once all are held and one more is needed.</summary>
    static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(2);

    long _last = KernelValue.Absent;

    /// <summary>When the counter last rose, or was first read.</summary>
    long _idleSince;

    /// <summary>The tuple seen full since then, and the end of one of its TIME_WAITs.</summary>
    PortTuple _full;
    long _fullUntil;
    bool _isWaitedFor;

    internal void Update(long timestamp)
    {
        var now = recycled?.Value ?? KernelValue.Absent;
        if (now == _last)
            return;
        (_last, _idleSince, _fullUntil, _isWaitedFor) = (now, timestamp, 0, false);
    }

    /// <summary>Called after each scan with the tuple that holds the most ports.</summary>
    internal void Observe(in HeldPorts one, long limit, long timestamp)
    {
        if (one.Held < limit || one.FirstLeft == 0)
            _fullUntil = 0;
        else if (_fullUntil == 0 || _full != one.Tuple)
            (_full, _fullUntil) = (one.Tuple, timestamp + (long)(one.FirstLeft * (time.TimestampFrequency / 1e3)));
        else if (time.GetElapsedTime(_fullUntil, timestamp) > s_longEnough)
            _isWaitedFor = true;
    }

    /// <summary>
    /// With every port held, a further connection must take one that is in TIME_WAIT. True if none has since boot, or if all are held again
    /// after a TIME_WAIT ended, which means that a connection waited for that.
    /// </summary>
    internal bool IsProvenIdle(in HeldPorts one, long limit, long timestamp) =>
        _last != KernelValue.Absent && one.Held >= limit && one.TimeWait > 0
        && ((_last == 0 && time.GetElapsedTime(_idleSince, timestamp) >= s_longEnough) || (_isWaitedFor && _full == one.Tuple));
}
