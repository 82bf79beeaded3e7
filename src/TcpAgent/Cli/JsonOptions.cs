namespace TcpAgent.Cli;

/// <summary>The options of verbs that print either text or JSON, and take nothing else.</summary>
sealed record JsonOptions
{
    /// <summary>Whether JSON is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    /// <param name="doc">What is printed then.</param>
    internal static FlagSet<JsonOptions> Flags(string doc) => new(
        new Switch<JsonOptions>
        {
            Name = "--json",
            Doc = doc,
            Set = static options => options with { IsJson = true },
        });
}
