using System.Buffers;
using System.CommandLine;
using Microsoft.Extensions.Logging;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;

namespace TcpAgent.Cli;

/// <summary>print: takes samples and prints one exposition, the quickest way to see what the agent sees.</summary>
static class PrintCommand
{
    internal static Command Create(Flags flags)
    {
        var format = new Option<string>("--format")
        {
            Description = "Exposition format: text (0.0.4) or openmetrics (1.0.0).",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "openmetrics");
        var samples = new Option<int>("--samples")
        {
            Description = "Samples to take, --sample.interval apart, before printing.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        samples.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000)
                result.AddError("--samples: not a number from 1 to 100000");
        });

        var command = new Command("print", "Take samples and print one exposition.") { format, samples };
        command.SetAction(result => Run(
            flags.Read(result), result.GetValue(format) == "openmetrics" ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text,
            result.GetValue(samples), Console.OpenStandardOutput()));
        return command;
    }

    internal static int Run(AgentOptions options, ExpositionFormat format, int samples, Stream output)
    {
        // What is merely absent on this host is not worth a line here; what failed is.
        var level = options.LogLevel == LogEventLevel.Information ? LogEventLevel.Warning : options.LogLevel;
        using var log = LogSetup.Create(level, options.LogFormat, Log.MessageId);
        using var loggers = new SerilogLoggerFactory(log);
        using var agent = Composition.From(options, TimeProvider.System, loggers.CreateLogger("TcpAgent"), () => 0);
        for (var i = 0; i < samples; i++)
        {
            if (i > 0)
                Thread.Sleep(options.Sampling.Interval);
            agent.Sampler.Take();
        }

        var buffer = new ArrayBufferWriter<byte>();
        agent.Exposition.Write(agent.Sampler.Snapshots.Acquire()!, format, [], buffer);
        try
        {
            output.Write(buffer.WrittenSpan);
            output.Flush();
            return 0;
        }
        catch (IOException)
        {
            // The reader went away, as head(1) does.
            return 0;
        }
    }
}
