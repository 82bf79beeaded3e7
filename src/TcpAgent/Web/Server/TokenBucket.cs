using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>Implements rate_limit: a burst of requests, then one per interval, for all clients together.</summary>
sealed class TokenBucket(RateLimit limit, TimeProvider time)
{
    readonly Lock _lock = new();
    double _tokens = limit.Burst;
    long _last = time.GetTimestamp();

    internal RateLimit Limit => limit;

    /// <summary>Takes a token, or returns the time until there is one.</summary>
    internal bool TryTake(out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(limit.Burst, _tokens + time.GetElapsedTime(_last, now) / limit.Interval);
            _last = now;
            var taken = _tokens >= 1;
            if (taken)
                _tokens--;
            wait = taken ? TimeSpan.Zero : (1 - _tokens) * limit.Interval;
            return taken;
        }
    }
}
