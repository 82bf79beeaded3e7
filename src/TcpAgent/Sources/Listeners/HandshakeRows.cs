using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// How much the handshake counters rose within the peak window. They show what happened then, even if a sysctl has changed since. Only the
/// verdict reads these rows.
/// </summary>
static class HandshakeRows
{
    internal static readonly Rows Rows = new();

    /// <summary>The counter behind each row.</summary>
    internal static readonly Dictionary<Row, Row> Counters = [];

    internal static readonly Row Overflows = Recent(NetstatRows.ListenOverflows);

    internal static readonly Row Dropped = Recent(NetstatRows.TCPReqQFullDrop);

    internal static readonly Row AnsweredByCookies = Recent(NetstatRows.TCPReqQFullDoCookies);

    internal static readonly Row CookiesSent = Recent(NetstatRows.SyncookiesSent);

    internal static readonly Row CookiesReturned = Recent(NetstatRows.SyncookiesRecv);

    internal static readonly Row Deferred = Recent(NetstatRows.TCPDeferAcceptDrop);

    static Row Recent(Row counter)
    {
        var row = Rows.Hidden($"{counter.Name}_recent", $"Rise of {counter.Name} within the peak window.");
        Counters[row] = counter;
        return row;
    }
}
