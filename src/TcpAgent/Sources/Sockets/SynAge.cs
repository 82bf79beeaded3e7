namespace TcpAgent.Sources;

/// <summary>
/// The time since a SYN was first sent. The first timeout is a second. It doubles with each retransmission, except for the first ones under
/// tcp_syn_linear_timeouts (net/ipv4/tcp_timer.c, tcp_retransmit_timer; since 6.5).
/// </summary>
static class SynAge
{
    const int FirstTimeout = 1000, LongestTimeout = 120_000;

    /// <param name="retransmits">Number of retransmissions.</param>
    /// <param name="expires">Milliseconds until the next retransmission.</param>
    /// <param name="linearTimeouts">Number of timeouts that do not double.</param>
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
