using TcpAgent.Metrics;

namespace TcpAgent.Cli;

/// <summary>The options of print.</summary>
sealed record PrintOptions
{
    /// <summary>Defaults to text, which is for people.</summary>
    internal ExpositionFormat Format { get; init; } = ExpositionFormat.Text;

    /// <summary>Samples to take before printing, from 1 to 100,000. Defaults to 1; peaks and losses need more.</summary>
    internal int Samples { get; init; } = 1;

    internal static FlagSet<PrintOptions> Flags() => new(
        new ValueFlag<PrintOptions, ExpositionFormat>
        {
            Name = "--format",
            Doc = "Exposition format: text (0.0.4) or openmetrics (1.0.0).",
            Value = FlagValues.OneOf("FORMAT", ("text", ExpositionFormat.Text), ("openmetrics", ExpositionFormat.OpenMetrics)),
            Default = "text",
            Set = static (options, format) => options with { Format = format },
        },
        new ValueFlag<PrintOptions, int>
        {
            Name = "--samples",
            Doc = "Samples to take, --sample.interval apart, before printing.",
            Value = FlagValues.Number(1, 100_000),
            Default = "1",
            Set = static (options, samples) => options with { Samples = samples },
        });
}
