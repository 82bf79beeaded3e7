using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Detects when a counter moved that only a limit moves. The limits are then read at once, so that a loss is compared with the limit in
/// force, not with that of ten seconds ago.
/// </summary>
sealed class LossWatch(Source netstat, Source softnet)
{
    static readonly Row[] s_counters =
    [
        NetstatRows.ListenOverflows, NetstatRows.ListenDrops, NetstatRows.TCPReqQFullDrop, NetstatRows.TCPReqQFullDoCookies,
        NetstatRows.TCPTimeWaitOverflow, NetstatRows.TCPAbortOnMemory, NetstatRows.TCPMemoryPressures,
    ];

    readonly Table _netstat = netstat[NetstatRows.Rows];
    readonly Table _softnet = softnet[Softnet.Rows];

    /// <summary>Whether anything was lost since the previous tick.</summary>
    internal bool HasLost()
    {
        foreach (var counter in s_counters)
            if (_netstat.Rise(counter) > 0)
                return true;
        for (var i = 0; i < _softnet.Count; i++)
            if (_softnet.Rise(Softnet.Dropped, i) > 0)
                return true;
        return false;
    }
}
