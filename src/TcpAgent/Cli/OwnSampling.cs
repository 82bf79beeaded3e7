using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>Samples of this host for `why`, where no agent is asked.</summary>
sealed class OwnSampling : IAsyncDisposable
{
    /// <summary>The interval is short, so that a sample sees a queue that is full for a moment.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    readonly Logger _log;
    readonly SerilogLoggerFactory _loggers;
    readonly Composition _agent;
    readonly TimeSpan _window;

    /// <param name="options">The flags.</param>
    /// <param name="duration">The time that each verdict covers, as far as it was sampled.</param>
    internal OwnSampling(AgentOptions options, TimeSpan duration)
    {
        // A manual run may cost more than a daemon may.
        Interval = options.Sampling.Interval < s_interval ? options.Sampling.Interval : s_interval;
        _window = WindowFor(duration);
        var sampling = options.Sampling with { Interval = Interval, WalkBudget = 1, PeakWindow = _window };

        // Reports sources that failed, not those that this host merely lacks.
        var level = options.LogLevel == LogEventLevel.Information ? LogEventLevel.Warning : options.LogLevel;
        _log = LogSetup.Create(level, options.LogFormat, Log.MessageId);
        _loggers = new SerilogLoggerFactory(_log);
        _agent = Composition.From(
            options with { Sampling = sampling }, TimeProvider.System, _loggers.CreateLogger("TcpAgent"), () => 0,
            new AgentEvents(hasHistory: false));
    }

    internal TimeSpan Interval { get; }

    /// <summary>
    /// The window is a little longer than the watch, so that the first sample still counts at the last, which is slightly late.
    /// </summary>
    internal static TimeSpan WindowFor(TimeSpan duration) => FullestWindow.LengthToShow(duration) + TimeSpan.FromSeconds(1);

    internal void Take() => _agent.Sampler.Take();

    /// <summary>The verdict on the samples so far; there must be one.</summary>
    internal HostVerdict Judge()
    {
        var snapshot = _agent.Sampler.Snapshots.Acquire()!;
        try
        {
            return HostVerdict.From(new SampleView(snapshot), _window);
        }
        finally
        {
            _agent.Sampler.Snapshots.Release(snapshot);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _agent.Dispose();
        _loggers.Dispose();
        await _log.DisposeAsync();
    }
}
