namespace TcpAgent.Cli;

/// <summary>The options of diff.</summary>
sealed record DiffOptions
{
    /// <summary>Whether the differences are printed as JSON. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    internal static FlagSet<DiffOptions> Flags() => new(
        new Switch<DiffOptions>
        {
            Name = "--json",
            Doc = "Print the differences as JSON.",
            Set = static options => options with { IsJson = true },
        });
}
