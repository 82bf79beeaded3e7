using System.CommandLine;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>why: watches this host for some seconds and says which queue or table limits its TCP traffic.</summary>
static class WhyCommand
{
    internal const int Ok = 0, Near = 1, Limiting = 2, CannotTell = 3;

    /// <summary>The interval is short, so that a sample sees a queue that is full for a moment.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "why",
            "Watch this host and say which queue or table limits its TCP traffic, with evidence, what to change, and what will not help.\n"
            + "Exit code: 0 nothing limits, 1 near a limit, 2 limiting now, 3 cannot tell.");
        var own = WhyOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, stop) =>
            flags.With(result, own, (options, why) => Run(options, why, Console.OpenStandardOutput(), stop)));
        return command;
    }

    static async Task<int> Run(AgentOptions options, WhyOptions why, Stream output, CancellationToken stop)
    {
        var verdict = await Watch(options, why.Duration, stop);
        try
        {
            byte[] text = why.IsJson ? [.. VerdictJson.Write(verdict), (byte)'\n'] : WhyText.For(Terminal.Detect()).Write(verdict);
            await output.WriteAsync(text, stop);
            await output.FlushAsync(stop);
        }
        catch (IOException)
        {
            // The reader closed the pipe, as head(1) does.
        }
        return ExitCode(verdict.State);
    }

    internal static int ExitCode(ResourceState state) => state switch
    {
        ResourceState.Limiting => Limiting,
        ResourceState.Near => Near,
        ResourceState.Unknown => CannotTell,
        _ => Ok,
    };

    /// <summary>
    /// The window is a little longer than the watch, so that the first sample still counts at the last, which is slightly late.
    /// </summary>
    internal static TimeSpan WindowFor(TimeSpan duration) => FullestWindow.LengthToShow(duration) + TimeSpan.FromSeconds(1);

    /// <summary>Ctrl-C ends the watch early; the verdict then covers what was seen so far.</summary>
    static async Task<HostVerdict> Watch(AgentOptions options, TimeSpan duration, CancellationToken stop)
    {
        // A manual run may cost more than a daemon may, and the whole watch is one window.
        var interval = options.Sampling.Interval < s_interval ? options.Sampling.Interval : s_interval;
        var window = WindowFor(duration);
        var sampling = options.Sampling with { Interval = interval, WalkBudget = 1, PeakWindow = window };

        // Reports sources that failed, not those that this host merely lacks.
        var level = options.LogLevel == LogEventLevel.Information ? LogEventLevel.Warning : options.LogLevel;
        await using var log = LogSetup.Create(level, options.LogFormat, Log.MessageId);
        using var loggers = new SerilogLoggerFactory(log);
        using var agent = Composition.From(
            options with { Sampling = sampling }, TimeProvider.System, loggers.CreateLogger("TcpAgent"), () => 0,
            new AgentEvents(hasHistory: false));
        agent.Sampler.Take();
        using var timer = new PeriodicTimer(interval);
        try
        {
            for (var samples = Math.Max(2, (int)(duration / interval)); samples > 0 && await timer.WaitForNextTickAsync(stop); samples--)
                agent.Sampler.Take();
        }
        catch (OperationCanceledException)
        {
            agent.Sampler.Take();
        }
        return HostVerdict.From(new SampleView(agent.Sampler.Snapshots.Acquire()!), window);
    }
}
