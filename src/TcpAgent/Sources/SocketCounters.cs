using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The counters from which two states are computed instead of being counted, as snmp and sockstat last read them.</summary>
sealed class SocketCounters(Source snmp, Source sockstat)
{
    readonly SlotRef _currEstab = SlotRef.To(snmp.Blocks[0], "Tcp", "CurrEstab");
    readonly SlotRef _timeWait = SlotRef.To(sockstat.Blocks[0], "TCP", "tw");
    readonly SlotRef _inUse = SlotRef.To(sockstat.Blocks[0], "TCP", "inuse");
    readonly SlotRef _inUse6 = SlotRef.To(sockstat.Blocks[0], "TCP6", "inuse");

    internal long CurrEstab => _currEstab.Value;

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
