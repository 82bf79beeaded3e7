using System.Buffers;
using System.CommandLine;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;

namespace TcpAgent.Cli;

/// <summary>print: takes samples and prints one exposition, the quickest way to see what the agent sees.</summary>
static class PrintCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command("print", "Take samples and print one exposition.");
        var own = PrintOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, _) =>
            flags.With(result, own, (options, print) => Task.FromResult(Run(options, print, Console.OpenStandardOutput()))));
        return command;
    }

    static int Run(AgentOptions options, PrintOptions print, Stream output)
    {
        // Reports sources that failed, not those that this host merely lacks.
        var level = options.LogLevel == LogEventLevel.Information ? LogEventLevel.Warning : options.LogLevel;
        var events = new AgentEvents(hasHistory: false);
        using var log = LogSetup.Create(level, options.LogFormat, Log.MessageId, events);
        using var loggers = new SerilogLoggerFactory(log);
        using var agent = Composition.From(options, TimeProvider.System, loggers.CreateLogger("TcpAgent"), () => 0, events);
        for (var i = 0; i < print.Samples; i++)
        {
            if (i > 0)
                Thread.Sleep(options.Sampling.Interval);
            agent.Sampler.Take();
        }

        var buffer = new ArrayBufferWriter<byte>();
        agent.Exposition.Write(agent.Sampler.Snapshots.Acquire()!, print.Format, [], buffer);
        try
        {
            output.Write(buffer.WrittenSpan);
            output.Flush();
            return 0;
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            return Output.Failed(e);
        }
    }
}
