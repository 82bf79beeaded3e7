namespace TcpAgent.Web.Config;

/// <param name="Interval">Time in which one more request is allowed.</param>
/// <param name="Burst">Requests allowed at once.</param>
sealed record RateLimit(TimeSpan Interval, int Burst);
