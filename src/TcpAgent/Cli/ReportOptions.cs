namespace TcpAgent.Cli;

/// <summary>The options of report.</summary>
sealed record ReportOptions
{
    /// <summary>The file to write; - for stdout. Defaults to null: a name with the time, in the working directory.</summary>
    internal string? Output { get; init; }

    /// <summary>Whether addresses and the name of this host are replaced. Defaults to false.</summary>
    internal bool IsRedacted { get; init; }

    internal static FlagSet<ReportOptions> Flags() => new(
        new ValueFlag<ReportOptions, string>
        {
            Name = "--output",
            Alias = "-o",
            Doc = "File to write, which must not exist; - is stdout.",
            Value = FlagValues.File,
            DefaultDoc = "tcp-agent-report-TIME.tar.gz",
            Set = static (options, path) => options with { Output = path.Length > 0 ? path : null },
        },
        new Switch<ReportOptions>
        {
            Name = "--redact",
            Doc = "Replace each address and the name of this host by a name such as ipv4-1, the same everywhere in the report.",
            Set = static options => options with { IsRedacted = true },
        });
}
