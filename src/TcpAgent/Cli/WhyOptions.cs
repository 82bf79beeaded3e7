namespace TcpAgent.Cli;

/// <summary>The options of why.</summary>
sealed record WhyOptions
{
    /// <summary>Whether the verdict is printed as JSON. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    /// <summary>Whether every limit, drop and note is shown. Defaults to false: what limits, and a count of the rest.</summary>
    internal bool ShowsAll { get; init; }

    /// <summary>Whether this process watches although an agent runs. Defaults to false.</summary>
    internal bool IsLocal { get; init; }

    /// <summary>Whether the view is kept up to date until Ctrl-C. Defaults to false: one answer.</summary>
    internal bool IsLive { get; init; }

    /// <summary>How long this process watches, from 500 ms to 1 h. Defaults to null: an agent is asked.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>Captures, documents or history files to judge in place of this host; two captures are a pair. Defaults to none.</summary>
    internal IReadOnlyList<string> From { get; init; } = [];

    /// <summary>The moment of a history that is judged, in the notation of history --since. Defaults to empty: the newest.</summary>
    internal string At { get; init; } = "";

    /// <summary>Limits to judge that are not there. Defaults to none.</summary>
    internal IReadOnlyList<Supposition> WhatIf { get; init; } = [];

    internal static FlagSet<WhyOptions> Flags()
    {
        var json = new Switch<WhyOptions>
        {
            Name = "--json",
            Doc = "Print the verdict as JSON, the document that /api/v1/why serves.",
            Set = static options => options with { IsJson = true },
        };
        return new(
            json,
            new Switch<WhyOptions>
            {
                Name = "--all",
                Doc = "Also show the limits that are fine, all drops and notes on settings.",
                Set = static options => options with { ShowsAll = true },
            },
            WatchFlags.Local<WhyOptions>(static options => options with { IsLocal = true }),
            WatchFlags.For<WhyOptions>(static (options, duration) => options with { Duration = duration }),
            new Switch<WhyOptions>
            {
                Name = "--watch",
                Doc = "Keep the view up to date until Ctrl-C; one line per change if stdout is no terminal.",
                Excludes = json,
                Set = static options => options with { IsLive = true },
            },
            new ValueFlag<WhyOptions, string>
            {
                Name = "--from",
                Doc = "Judge this in place of the host: a folder with copies of /proc and /sys, two of them or a folder with two, an "
                    + "archive of such (.tar, .tar.gz), a document of why --json, a report, or a history file.",
                Value = FlagValues.Path("FILE"),
                IsRepeatable = true,
                Set = static (options, path) => options with { From = [.. options.From, path] },
            },
            new ValueFlag<WhyOptions, string>
            {
                Name = "--at",
                Doc = "With --from and a history: the moment to judge, in the notation of history --since.",
                Value = FlagValues.Text("TIME"),
                DefaultDoc = "the newest verdict",
                Set = static (options, time) => options with { At = time },
            },
            new ValueFlag<WhyOptions, Supposition>
            {
                Name = "--what-if",
                Doc = "Also say what another limit would have done in the same time, as far as the counters show.",
                Value = FlagValues.Supposition,
                IsRepeatable = true,
                Set = static (options, supposed) => options with { WhatIf = [.. options.WhatIf, supposed] },
            });
    }
}
