using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Tells when a counter moved that only a limit moves. The limits are then read at once: a loss is to be laid beside the limit
/// that was in force, not beside one of ten seconds ago.
/// </summary>
sealed class LossWatch(Source netstat, Source softnet)
{
    readonly SlotRef[] _counters = Array.ConvertAll(
        ["ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "TCPReqQFullDoCookies", "TCPTimeWaitOverflow", "TCPAbortOnMemory", "TCPMemoryPressures"],
        field => SlotRef.To(netstat.Tables[0], "TcpExt", field));

    readonly int _dropped = softnet.Tables[0].Find([], "dropped"u8);

    long _last;

    /// <summary>Whether anything was lost since the last call.</summary>
    internal bool HaveMoved()
    {
        // Only whether the sum changed matters, so it may wrap.
        var sum = 0L;
        foreach (var counter in _counters)
            sum = unchecked(sum + counter.Value);
        var cpus = softnet.Tables[0];
        for (var i = 0; i < cpus.Count; i++)
            sum = unchecked(sum + cpus[i][_dropped]);
        var moved = sum != _last;
        _last = sum;
        return moved;
    }
}
