using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Whether connect() takes ports in TIME_WAIT again, as the settings say it may, by the only counter that shows it (TWRecycled). It does
/// not where the other side sends no timestamps (net/ipv4/tcp_ipv4.c, tcp_twsk_unique).
/// </summary>
/// <param name="recycled">Null where netstat is not read.</param>
/// <param name="time">The sampler's clock.</param>
sealed class ReuseWatch(SlotRef? recycled, TimeProvider time)
{
    /// <summary>A host that takes ports again does so within this time, once all are held and one more is wanted.</summary>
    static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(2);

    long _last = KernelValue.Absent;

    /// <summary>When the counter last rose, or was first read.</summary>
    long _idleSince;

    /// <summary>The tuple that was seen full since then, and when a TIME_WAIT of it ends.</summary>
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

    /// <summary>After each look, by the tuple that holds most.</summary>
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
    /// With every port held a further connection must take one that is in TIME_WAIT. None has since boot; or all are held again after a
    /// TIME_WAIT ended, so a connection waited for that.
    /// </summary>
    internal bool IsProvenIdle(in HeldPorts one, long limit, long timestamp) =>
        _last != KernelValue.Absent && one.Held >= limit && one.TimeWait > 0
        && ((_last == 0 && time.GetElapsedTime(_idleSince, timestamp) >= s_longEnough) || (_isWaitedFor && _full == one.Tuple));
}
