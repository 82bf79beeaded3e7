namespace TcpAgent.Cli;

/// <summary>The options of describe.</summary>
sealed record DescribeOptions
{
    /// <summary>Whether docs/metrics.md is printed. Defaults to false: text for a terminal.</summary>
    internal bool IsMarkdown { get; init; }

    internal static FlagSet<DescribeOptions> Flags() => new(
        new Switch<DescribeOptions>
        {
            Name = "--markdown",
            Doc = "Print docs/metrics.md.",
            Set = static options => options with { IsMarkdown = true },
        });
}
