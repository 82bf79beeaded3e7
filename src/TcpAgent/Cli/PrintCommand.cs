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
    internal static Command Create(Flags flags)
    {
        var format = new Flag<ExpositionFormat>(
            "--format", "FORMAT", "text", "Exposition format: text (0.0.4) or openmetrics (1.0.0).", "one of text, openmetrics", TryParseFormat);
        var samples = new Flag<int>(
            "--samples", "N", "1", "Samples to take, --sample.interval apart, before printing.", "a number from 1 to 100000",
            static (string text, out int value) => Flags.TryParseNumber(text, 1, 100_000, out value));

        var command = new Command("print", "Take samples and print one exposition.") { format.Option, samples.Option };
        command.SetAction((result, _) =>
        {
            var (chosenFormat, chosenSamples) = (ExpositionFormat.Text, 1);
            return flags.With(
                result,
                options => Task.FromResult(Run(options, chosenFormat, chosenSamples, Console.OpenStandardOutput())),
                errors => (chosenFormat, chosenSamples) = (format.One(result, errors), samples.One(result, errors)));
        });
        return command;
    }

    static bool TryParseFormat(string text, out ExpositionFormat value)
    {
        value = text == "openmetrics" ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
        return text is "openmetrics" or "text";
    }

    internal static int Run(AgentOptions options, ExpositionFormat format, int samples, Stream output)
    {
        // What is merely absent on this host is not worth a line here; what failed is.
        var level = options.LogLevel == LogEventLevel.Information ? LogEventLevel.Warning : options.LogLevel;
        var events = new AgentEvents(hasHistory: false);
        using var log = LogSetup.Create(level, options.LogFormat, Log.MessageId, events);
        using var loggers = new SerilogLoggerFactory(log);
        using var agent = Composition.From(options, TimeProvider.System, loggers.CreateLogger("TcpAgent"), () => 0, events);
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
