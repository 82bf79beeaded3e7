namespace TcpAgent.Cli;

/// <summary>The options of peers.</summary>
sealed record PeersOptions
{
    /// <summary>Whether JSON is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    /// <summary>Whether this process watches although an agent runs. Defaults to false.</summary>
    internal bool IsLocal { get; init; }

    /// <summary>How long this process watches, from 500 ms to 1 h. Defaults to null: an agent is asked.</summary>
    internal TimeSpan? Duration { get; init; }

    internal static FlagSet<PeersOptions> Flags() => new(
        new Switch<PeersOptions>
        {
            Name = "--json",
            Doc = "Print JSON, as in the member destinations of /api/v1/why.",
            Set = static options => options with { IsJson = true },
        },
        WatchFlags.Local<PeersOptions>(static options => options with { IsLocal = true }),
        WatchFlags.For<PeersOptions>(static (options, duration) => options with { Duration = duration }));
}
