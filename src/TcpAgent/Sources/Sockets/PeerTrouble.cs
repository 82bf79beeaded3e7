using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Tells when so many timers fired that it is worth to look which connections make no progress.</summary>
/// <param name="netstat">Null where it is not read.</param>
sealed class PeerTrouble(Table? netstat)
{
    /// <summary>Fewer timeouts are what any network has.</summary>
    const long Enough = 5;

    long _since;

    /// <summary>At each tick, when netstat was read.</summary>
    internal void Update()
    {
        if (netstat is null)
            return;
        _since += Math.Max(0, netstat.Rise(NetstatRows.TCPTimeouts) - netstat.Rise(NetstatRows.TCPSynRetrans))
            + netstat.Rise(NetstatRows.TCPWinProbe);
    }

    /// <summary>Whether it is since this last said so.</summary>
    internal bool IsNew()
    {
        if (_since < Enough)
            return false;
        _since = 0;
        return true;
    }
}
