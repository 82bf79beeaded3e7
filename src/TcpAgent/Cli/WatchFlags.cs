namespace TcpAgent.Cli;

/// <summary>The flags of verbs that ask the agent on this host, or watch from here.</summary>
static class WatchFlags
{
    /// <summary>How long to watch where nothing else is said: long enough to see a queue that fills every second.</summary>
    internal static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(3);

    internal static Switch<TOptions> Local<TOptions>(Func<TOptions, TOptions> set) => new()
    {
        Name = "--local",
        Doc = "Watch from here even if an agent runs.",
        Set = set,
    };

    internal static ValueFlag<TOptions, TimeSpan> For<TOptions>(Func<TOptions, TimeSpan, TOptions> set) => new()
    {
        Name = "--for",
        Doc = "Watch from here for this long, even if an agent runs; 3s where no agent answers.",
        Value = FlagValues.Duration("500ms", "1h", ", such as 3s"),
        Set = set,
    };
}
