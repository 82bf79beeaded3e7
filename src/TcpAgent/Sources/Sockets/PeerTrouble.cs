using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Detects when enough timers have fired to make a scan for connections without progress worthwhile.</summary>
/// <param name="netstat">The netstat source; null where it is not read.</param>
sealed class PeerTrouble(Table? netstat)
{
    /// <summary>Fewer timeouts than this are normal on any network.</summary>
    const long Enough = 5;

    long _since;

    /// <summary>Called at each tick, after netstat was read.</summary>
    internal void Update()
    {
        if (netstat is null)
            return;
        _since += Math.Max(0, netstat.Rise(NetstatRows.TCPTimeouts) - netstat.Rise(NetstatRows.TCPSynRetrans))
            + netstat.Rise(NetstatRows.TCPWinProbe);
    }

    /// <summary>Whether enough timers have fired since this last returned true.</summary>
    internal bool IsNew()
    {
        if (_since < Enough)
            return false;
        _since = 0;
        return true;
    }
}
