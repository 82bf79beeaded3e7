namespace TcpAgent.Cli;

/// <summary>The options of why.</summary>
sealed record WhyOptions
{
    /// <summary>Whether the verdict is printed as JSON. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    /// <summary>How long to watch, from 500 ms to 1 h. Defaults to 3 s, which is enough to see a queue that fills every second.</summary>
    internal TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    internal static FlagSet<WhyOptions> Flags() => new(
        new Switch<WhyOptions>
        {
            Name = "--json",
            Doc = "Print the verdict as JSON, the document that /api/v1/why serves.",
            Set = static options => options with { IsJson = true },
        },
        new ValueFlag<WhyOptions, TimeSpan>
        {
            Name = "--for",
            Doc = "How long to watch.",
            Value = FlagValues.Duration("500ms", "1h"),
            Default = "3s",
            Set = static (options, duration) => options with { Duration = duration },
        });
}
