using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The counters from which two states are computed instead of being counted, as snmp and sockstat last read them.</summary>
sealed class SocketCounters(Source snmp, Source sockstat)
{
    readonly SlotRef _currEstab = SlotRef.To(snmp.Tables[0], "Tcp", "CurrEstab");
    readonly SlotRef _timeWait = SlotRef.To(sockstat.Tables[0], "TCP", "tw");
    readonly SlotRef _inUse = SlotRef.To(sockstat.Tables[0], "TCP", "inuse");
    readonly SlotRef _inUse6 = SlotRef.To(sockstat.Tables[0], "TCP6", "inuse");

    /// <summary>
    /// Whatever happens to a TCP socket of this namespace moves one of these. A state changes by a segment that comes (InSegs) or goes
    /// (OutSegs, RetransSegs), by listen() (inuse), by a close whose FIN cannot be sent yet (CurrEstab), or by a timer that ends a connect
    /// (AttemptFails), a connection (inuse) or a mini-socket (tw). What does not: a half-open connection expires, a process accepts a
    /// closed one (<see cref="SocketCensus.ChangesUncounted"/>), and before 6.10 CLOSE_WAIT becomes LAST_ACK behind a closed window.
    /// </summary>
    readonly SlotRef[] _watched =
    [
        SlotRef.To(snmp.Tables[0], "Tcp", "InSegs"), SlotRef.To(snmp.Tables[0], "Tcp", "OutSegs"),
        SlotRef.To(snmp.Tables[0], "Tcp", "RetransSegs"), SlotRef.To(snmp.Tables[0], "Tcp", "AttemptFails"),
        SlotRef.To(snmp.Tables[0], "Tcp", "CurrEstab"), SlotRef.To(sockstat.Tables[0], "TCP", "inuse"),
        SlotRef.To(sockstat.Tables[0], "TCP", "tw"), SlotRef.To(sockstat.Tables[0], "TCP6", "inuse"),
    ];

    readonly long[] _last = new long[8];

    internal long CurrEstab => _currEstab.Value;

    /// <summary>Whether any of the watched counters moved since the last call. Where one cannot be read they may have.</summary>
    internal bool HaveMoved()
    {
        var moved = _watched[0].Value == Metric.Absent || _timeWait.Value == Metric.Absent;
        for (var i = 0; i < _watched.Length; i++)
        {
            moved |= _watched[i].Value != _last[i];
            _last[i] = _watched[i].Value;
        }
        return moved;
    }

    /// <summary>sockstat's tw counts every mini-socket, those in FIN_WAIT2 too.</summary>
    internal long TimeWait(long finWait2MiniSockets) =>
        _timeWait.Value == Metric.Absent ? Metric.Absent : Math.Max(0, _timeWait.Value - finWait2MiniSockets);

    /// <summary>CurrEstab is ESTABLISHED, and on kernels with the fix CLOSE_WAIT as well.</summary>
    internal long Established(long closeWait, bool? hasCloseWait) =>
        _currEstab.Value == Metric.Absent ? Metric.Absent : Math.Max(0, _currEstab.Value - (hasCloseWait == false ? 0 : closeWait));

    /// <summary>All sockets in use less those established, listening and in CLOSE_WAIT.</summary>
    internal long Transient(long listening, long closeWait, bool? hasCloseWait)
    {
        if (_inUse.Value == Metric.Absent || _currEstab.Value == Metric.Absent)
            return Metric.Absent;
        var inUse = _inUse.Value + (_inUse6.Value == Metric.Absent ? 0 : _inUse6.Value);
        return Math.Max(0, inUse - _currEstab.Value - listening - (hasCloseWait == false ? closeWait : 0));
    }
}
