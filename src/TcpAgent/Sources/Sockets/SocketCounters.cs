using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The counters, as snmp and sockstat last read them, from which two states are computed instead of counted.</summary>
sealed class SocketCounters(Source snmp, Source sockstat)
{
    readonly SlotRef _currEstab = new(snmp[SnmpRows.Rows], SnmpRows.TcpCurrEstab);
    readonly SlotRef _timeWait = new(sockstat[SockstatRows.Rows], SockstatRows.TcpTw);
    readonly SlotRef _inUse = new(sockstat[SockstatRows.Rows], SockstatRows.TcpInuse);
    readonly SlotRef _inUse6 = new(sockstat[SockstatRows.Rows], SockstatRows.Tcp6Inuse);

    /// <summary>
    /// Almost every change of a TCP socket of this namespace moves one of these. A state changes by a segment that arrives (InSegs) or
    /// leaves (OutSegs, RetransSegs), by listen() (inuse), by a close whose FIN cannot be sent yet (CurrEstab), or by a timer that ends a
    /// connect (AttemptFails), a connection (inuse) or a mini-socket (tw). Three changes move none: a half-open connection expires, a
    /// process accepts a closed one (<see cref="SocketCensus.ChangesUncounted"/>), and before 6.10 CLOSE_WAIT becomes LAST_ACK behind a
    /// closed window.
    /// </summary>
    readonly SlotRef[] _watched =
    [
        new(snmp[SnmpRows.Rows], SnmpRows.TcpInSegs), new(snmp[SnmpRows.Rows], SnmpRows.TcpOutSegs),
        new(snmp[SnmpRows.Rows], SnmpRows.TcpRetransSegs), new(snmp[SnmpRows.Rows], SnmpRows.TcpAttemptFails),
        new(snmp[SnmpRows.Rows], SnmpRows.TcpCurrEstab), new(sockstat[SockstatRows.Rows], SockstatRows.TcpInuse),
        new(sockstat[SockstatRows.Rows], SockstatRows.TcpTw), new(sockstat[SockstatRows.Rows], SockstatRows.Tcp6Inuse),
    ];

    internal long CurrEstab => _currEstab.Value;

    /// <summary>
    /// Whether any of the watched counters moved since the previous tick. True if one cannot be read, because it may have moved.
    /// </summary>
    internal bool HaveMoved()
    {
        if (_watched[0].Value == KernelValue.Absent || _timeWait.Value == KernelValue.Absent)
            return true;
        foreach (var counter in _watched)
            if (counter.HasChanged)
                return true;
        return false;
    }

    /// <summary>sockstat's tw counts every mini-socket, including those in FIN_WAIT2.</summary>
    internal long TimeWait(long finWait2MiniSockets) =>
        _timeWait.Value == KernelValue.Absent ? KernelValue.Absent : Math.Max(0, _timeWait.Value - finWait2MiniSockets);

    /// <summary>CurrEstab counts ESTABLISHED, and on kernels with the fix CLOSE_WAIT too.</summary>
    internal long Established(long closeWait, bool? hasCloseWait) =>
        _currEstab.Value == KernelValue.Absent
            ? KernelValue.Absent
            : Math.Max(0, _currEstab.Value - (hasCloseWait == false ? 0 : closeWait));

    /// <summary>All sockets in use minus those established, listening and in CLOSE_WAIT.</summary>
    internal long Transient(long listening, long closeWait, bool? hasCloseWait)
    {
        if (_inUse.Value == KernelValue.Absent || _currEstab.Value == KernelValue.Absent)
            return KernelValue.Absent;
        var inUse = _inUse.Value + (_inUse6.Value == KernelValue.Absent ? 0 : _inUse6.Value);
        return Math.Max(0, inUse - _currEstab.Value - listening - (hasCloseWait == false ? closeWait : 0));
    }
}
