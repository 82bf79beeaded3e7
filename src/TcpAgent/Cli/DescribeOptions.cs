namespace TcpAgent.Cli;

/// <summary>The options of describe.</summary>
sealed record DescribeOptions
{
    /// <summary>Whether docs/metrics.md is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsMarkdown { get; init; }

    /// <summary>Whether JSON is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsJson { get; init; }

    internal static FlagSet<DescribeOptions> Flags()
    {
        var markdown = new Switch<DescribeOptions>
        {
            Name = "--markdown",
            Doc = "Print docs/metrics.md.",
            Set = static options => options with { IsMarkdown = true },
        };
        return new(
            markdown,
            new Switch<DescribeOptions>
            {
                Name = "--json",
                Doc = "Print the metrics as JSON.",
                Excludes = markdown,
                Set = static options => options with { IsJson = true },
            });
    }
}
