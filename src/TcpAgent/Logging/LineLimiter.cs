using Serilog.Core;
using Serilog.Events;
using TcpAgent.Metrics;

namespace TcpAgent.Logging;

/// <summary>
/// Lets a few lines a second through of each kind, which is a message template, and counts the rest. A client can make the server log a
/// line for each frame that it sends. The next line of the kind says how many were omitted. Thread safe.
/// </summary>
sealed class LineLimiter(TimeProvider time, AgentEvents? events = null) : ILogEventFilter
{
    /// <summary>The agent's own messages are logged once for each change, and each source may change at the same moment.</summary>
    internal const int OwnBurst = 64, OwnPerSecond = 2;

    /// <summary>Messages of the server, some of which a client can cause.</summary>
    internal const int Burst = 5, PerSecond = 1;

    /// <summary>Further kinds share one allowance.</summary>
    internal const int MostKinds = 256;

    const string Property = "Omitted", Own = "TcpAgent";

    readonly Lock _lock = new();
    readonly Dictionary<string, Kind> _kinds = [];

    public bool IsEnabled(LogEvent logEvent)
    {
        lock (_lock)
        {
            var kind = KindOf(logEvent);
            if (kind.TryTake(time))
            {
                if (kind.Omitted > 0)
                    logEvent.AddOrUpdateProperty(new LogEventProperty(Property, new ScalarValue(kind.Omitted)));
                kind.Omitted = 0;
                return true;
            }
            kind.Omitted++;
        }
        events?.Omitted();
        return false;
    }

    Kind KindOf(LogEvent logEvent)
    {
        var template = logEvent.MessageTemplate.Text;
        if (_kinds.TryGetValue(template, out var known))
            return known;
        if (_kinds.Count >= MostKinds)
            template = "";
        if (_kinds.TryGetValue(template, out known))
            return known;
        var isOwn = logEvent.Properties.GetValueOrDefault(LogFields.SourceContext) is ScalarValue { Value: string context }
            && context.StartsWith(Own, StringComparison.Ordinal);
        return _kinds[template] = isOwn ? new Kind(OwnBurst, OwnPerSecond, time) : new Kind(Burst, PerSecond, time);
    }

    sealed class Kind(int burst, int perSecond, TimeProvider start)
    {
        double _lines = burst;
        long _last = start.GetTimestamp();

        internal long Omitted { get; set; }

        internal bool TryTake(TimeProvider time)
        {
            var now = time.GetTimestamp();
            _lines = Math.Min(burst, _lines + time.GetElapsedTime(_last, now).TotalSeconds * perSecond);
            _last = now;
            if (_lines < 1)
                return false;
            _lines--;
            return true;
        }
    }
}
