namespace TcpAgent.Cli;

/// <summary>The options of history.</summary>
sealed record HistoryOptions
{
    /// <summary>The start: a clock time, an RFC 3339 time, or a time ago. Defaults to empty: the oldest record.</summary>
    internal string Since { get; init; } = "";

    /// <summary>The end, in the notation of <see cref="Since"/>. Defaults to empty: now.</summary>
    internal string Until { get; init; } = "";

    /// <summary>Names of series, or their part before a point, separated by commas. Defaults to empty: all.</summary>
    internal string Series { get; init; } = "";

    /// <summary>The file to read. Defaults to null: the agent's own, <see cref="AgentOptions.HistoryFile"/>.</summary>
    internal string? File { get; init; }

    /// <summary>Whether JSON is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    /// <summary>Whether a line is printed for each record. Defaults to false: text for a terminal.</summary>
    internal bool IsCsv { get; init; }

    /// <summary>Whether the incidents are listed instead of the records. Defaults to false.</summary>
    internal bool ListsIncidents { get; init; }

    internal static FlagSet<HistoryOptions> Flags()
    {
        var csv = new Switch<HistoryOptions>
        {
            Name = "--csv",
            Doc = "Print a line for each record.",
            Set = static options => options with { IsCsv = true },
        };
        return new(
            new ValueFlag<HistoryOptions, string>
            {
                Name = "--since",
                Doc = "Start: a clock time (16:16), an RFC 3339 time, or a time ago (-15m).",
                Value = FlagValues.Text("TIME"),
                DefaultDoc = "the oldest record",
                Set = static (options, time) => options with { Since = time },
            },
            new ValueFlag<HistoryOptions, string>
            {
                Name = "--until",
                Doc = "End, in the same notation; a clock time is the first after --since.",
                Value = FlagValues.Text("TIME"),
                DefaultDoc = "now",
                Set = static (options, time) => options with { Until = time },
            },
            new ValueFlag<HistoryOptions, string>
            {
                Name = "--series",
                Doc = "Only these series, separated by commas: tcp, tcp.syn_recv, accept_queue, drops, listeners.",
                Value = FlagValues.Text("NAMES"),
                DefaultDoc = "all",
                Set = static (options, names) => options with { Series = names },
            },
            new ValueFlag<HistoryOptions, string>
            {
                Name = "--file",
                Doc = "File to read, for example that of an incident.",
                Value = FlagValues.File,
                DefaultDoc = "the agent's",
                Set = static (options, path) => options with { File = path.Length > 0 ? path : null },
            },
            new Switch<HistoryOptions>
            {
                Name = "--json",
                Doc = "Print records and events as JSON, the document that /api/v1/history serves.",
                Excludes = csv,
                Set = static options => options with { IsJson = true },
            },
            csv,
            new Switch<HistoryOptions>
            {
                Name = "--incidents",
                Doc = "List the saved incidents: the minutes around each change of the verdict to limiting.",
                Set = static options => options with { ListsIncidents = true },
            });
    }
}
