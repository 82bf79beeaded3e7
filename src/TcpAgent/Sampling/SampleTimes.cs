using Microsoft.Extensions.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Sampling;

/// <summary>
/// At log level debug, says what sampling costs: each slow read at once, and every ten seconds the longest sample, reads and walk. At any
/// other level there is no such object.
/// </summary>
sealed class SampleTimes(ILogger logger, AgentEvents? events)
{
    /// <summary>A read this long, in nanoseconds, is a hundred times an ordinary one.</summary>
    const long Slow = 10_000_000;

    /// <summary>Reads named in a line.</summary>
    const int MostNamed = 4;

    readonly Dictionary<string, long> _longestReads = [];
    int _samples;
    long _longest;

    /// <param name="states">The sources after the sample.</param>
    /// <param name="duration">Of the sample, in nanoseconds.</param>
    /// <param name="isSlow">Whether it read the slow lane, which begins the next ten seconds.</param>
    internal void Add(SourceState[] states, long duration, bool isSlow)
    {
        if (isSlow && _samples > 0)
            Write();
        _samples++;
        _longest = Math.Max(_longest, duration);
        foreach (var state in states)
        {
            if (!isSlow && state.Source.IsSlow)
                continue;
            var name = state.Source.Name;
            _longestReads[name] = Math.Max(_longestReads.GetValueOrDefault(name), state.Duration);
            if (state.Duration >= Slow)
                Log.SlowRead(logger, name, Milliseconds(state.Duration), state.Source.Mode);
        }
    }

    void Write()
    {
        var reads = new List<(long Duration, string Name)>();
        foreach (var (name, longest) in _longestReads)
            reads.Add((longest, name));
        reads.Sort(static (a, b) => b.CompareTo(a));
        var named = new List<string>();
        for (var i = 0; i < reads.Count && i < MostNamed; i++)
            named.Add(FormattableString.Invariant($"{reads[i].Name} {Milliseconds(reads[i].Duration)} ms"));
        var (walks, longestWalk) = events?.TakeWalks() ?? (0, TimeSpan.Zero);
        Log.SampleTimes(
            logger, _samples, Milliseconds(_longest), string.Join(", ", named), walks, Math.Round(longestWalk.TotalMilliseconds, 3));
        _longestReads.Clear();
        (_samples, _longest) = (0, 0);
    }

    static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / 1e6, 3);
}
