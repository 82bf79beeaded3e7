using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Tells when a counter moved that only a limit moves. The limits are then read at once: a loss is to be laid beside the limit
/// that was in force, not beside one of ten seconds ago.
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

    long _last;

    /// <summary>Whether anything was lost since the last call.</summary>
    internal bool HaveMoved()
    {
        // Only whether the sum changed matters, so it may wrap.
        var sum = 0L;
        foreach (var counter in s_counters)
            sum = unchecked(sum + _netstat[counter]);
        for (var i = 0; i < _softnet.Count; i++)
            sum = unchecked(sum + _softnet[i][Softnet.Dropped]);
        var moved = sum != _last;
        _last = sum;
        return moved;
    }
}
