using System.Text;
using TcpAgent.Cli;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>docs/flags.md, from the flags themselves.</summary>
static class FlagsPage
{
    const string NoCollector = "--no-collector.";

    internal static string Markdown() => $"""
        # Flags

        Written by `make golden` from the flags themselves. The command line overrides the environment, which overrides the default. In the
        environment, a flag that may be given several times takes a list separated by commas. `tcp-agent check-config` checks them all.

        ## Every command

        {Table(AgentFlags.Create())}
        ## print

        {Table(PrintOptions.Flags())}
        ## why

        {Table(WhyOptions.Flags())}
        ## peers

        {Table(PeersOptions.Flags())}
        ## conntrack

        {Table(ConntrackCommand.Flags())}
        ## history

        {Table(HistoryOptions.Flags())}
        ## report

        {Table(ReportOptions.Flags())}
        ## describe

        {Table(DescribeOptions.Flags())}
        """;

    /// <summary>The flags of the sources are alike, so one row stands for all.</summary>
    static string Table<TOptions>(FlagSet<TOptions> flags)
        where TOptions : new()
    {
        var text = new StringBuilder("| Flag | Default | Environment | Takes | Meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var flag in flags.Flags.Where(flag => !flag.Option.Hidden && !flag.Name.StartsWith(NoCollector, StringComparison.Ordinal)))
            text.Append($"| `{flag.Name}` | {flag.DefaultDoc} | `{flag.Variable}` | {flag.Expected} | {flag.Doc} |\n");
        if (flags is FlagSet<AgentOptions>)
        {
            var names = string.Join(", ", SourceList.Names);
            text.Append($"| `{NoCollector}NAME` | | `TCPAGENT_NO_COLLECTOR_NAME` | true or false | Do not read a source: {names}. |\n");
        }
        return text.ToString();
    }
}
