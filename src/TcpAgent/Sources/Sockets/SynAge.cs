namespace TcpAgent.Sources;

/// <summary>
/// How long ago a SYN was first sent. The first timeout is a second, and it doubles with each, but for the first ones where
/// tcp_syn_linear_timeouts says so (net/ipv4/tcp_timer.c, tcp_retransmit_timer; since 6.5).
/// </summary>
static class SynAge
{
    const int FirstTimeout = 1000, LongestTimeout = 120_000;

    /// <param name="retransmits">How often it was sent again.</param>
    /// <param name="expires">Milliseconds until it is sent again.</param>
    /// <param name="linearTimeouts">So many timeouts do not double.</param>
    internal static long Milliseconds(int retransmits, uint expires, int linearTimeouts)
    {
        var (age, timeout) = (0L, FirstTimeout);
        for (var sent = 1; sent <= retransmits; sent++)
        {
            age += timeout;
            if (sent > linearTimeouts)
                timeout = Math.Min(timeout * 2, LongestTimeout);
        }
        return age + Math.Max(0, timeout - expires);
    }
}
