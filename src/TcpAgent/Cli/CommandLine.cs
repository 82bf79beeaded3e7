using System.CommandLine;
using System.CommandLine.Help;

namespace TcpAgent.Cli;

/// <summary>The verbs and flags together. Help and version go to stdout, mistakes in the usage to stderr.</summary>
static class CommandLine
{
    /// <summary>
    /// The exit code of a mistake in the usage (sysexits.h, EX_USAGE). Codes 0 to 3 of a verb are answers, and a typo is none.
    /// </summary>
    internal const int Misused = 64;

    const string Name = "tcp-agent";

    /// <summary>The time from SIGTERM on. Clients of the server and the history get less, see <see cref="ServeCommand"/>.</summary>
    static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(10);

    internal static int Run(string[] args)
    {
        var flags = AgentFlags.Create();
        var version = new Option<bool>("--version") { Description = "Print version and build." };
        var root = Create(flags, version);
        var result = root.Parse(args);
        if (result.Errors.Count == 0 && result.GetValue(version))
        {
            Console.Out.WriteLine(BuildInfo.Describe());
            return 0;
        }
        if (result.Errors.Count > 0 && result.Action is not HelpAction)
        {
            if (result.UnmatchedTokens.Count > 0)
                Fail($"unknown {(result.UnmatchedTokens[0].StartsWith('-') ? "flag" : "verb or argument")} '{result.UnmatchedTokens[0]}'");
            else
                foreach (var error in result.Errors)
                    Fail(error.Message);
            return Misused;
        }
        return result.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = s_longestStop });
    }

    internal static RootCommand Create(FlagSet<AgentOptions> flags, Option<bool> version)
    {
        var root = new RootCommand(
            "Samples the kernel's TCP and network counters, serves them to Prometheus, and shows which queue or table limits traffic.\n"
            + $"Every flag can also be set by the environment: {flags.Flags[0].Name} is {flags.Flags[0].Variable}.")
        {
            HelpName = Name,
        };
        for (var i = root.Options.Count - 1; i >= 0; i--)
            if (root.Options[i] is VersionOption)
                root.Options.RemoveAt(i);
        root.Options.Add(version);
        flags.AddTo(root);
        root.Subcommands.Add(ServeCommand.Create(flags));
        root.Subcommands.Add(PrintCommand.Create(flags));
        root.Subcommands.Add(WhyCommand.Create(flags));
        root.Subcommands.Add(HistoryCommand.Create(flags));
        root.Subcommands.Add(DescribeCommand.Create());
        root.Subcommands.Add(CheckConfigCommand.Create(flags));
        root.Subcommands.Add(HealthcheckCommand.Create(flags));
        root.SetAction((result, stop) => flags.With(result, options => ServeCommand.Run(options, stop)));
        return root;
    }

    internal static void Fail(string message) => Console.Error.WriteLine($"{Name}: error: {message.TrimEnd('.')}, try --help");
}
