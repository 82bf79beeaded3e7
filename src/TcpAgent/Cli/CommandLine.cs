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
        try
        {
            return Run(root, version, result);
        }
        catch (OutputException e)
        {
            return Output.Failed(e, result.CommandResult.Command.Name == WhyCommand.Name ? WhyCommand.CannotTell : 1);
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
        catch (Exception e)
        {
            Output.Say($"{Name}: error: a mistake in the agent: {e}");
            return 1;
        }
    }

    static int Run(RootCommand root, Option<bool> version, ParseResult result)
    {
        if (result.Errors.Count == 0 && result.GetValue(version))
        {
            Console.Out.WriteLine(BuildInfo.Describe());
            return 0;
        }
        if (result.Errors.Count > 0 && result.Action is not HelpAction)
        {
            if (result.UnmatchedTokens.Count > 0)
                Fail(Mistake.Of(root, result.CommandResult.Command, result.UnmatchedTokens[0]));
            else
                foreach (var error in result.Errors)
                    Fail(error.Message);
            return result.CommandResult.Command.Name == CheckConfigCommand.Name ? CheckConfigCommand.Bad : Misused;
        }

        // The daemon says it in its log.
        if (result.CommandResult.Command is not RootCommand and not { Name: ServeCommand.Name })
            foreach (var (name, hint) in Variables.Unknown(root))
                Output.Say($"{Name}: warning: {name} is set, but no flag has that variable{hint}");
        return result.Invoke(
            new InvocationConfiguration { ProcessTerminationTimeout = s_longestStop, EnableDefaultExceptionHandler = false });
    }

    internal static RootCommand Create(FlagSet<AgentOptions> flags, Option<bool> version)
    {
        var root = new RootCommand(
            "Samples the kernel's TCP and network counters, serves them to Prometheus, and shows which queue or table limits traffic.")
        {
            HelpName = Name,
        };
        for (var i = root.Options.Count - 1; i >= 0; i--)
            if (root.Options[i] is VersionOption)
                root.Options.RemoveAt(i);
            else if (root.Options[i] is HelpOption help)
                (help.Description, help.Action) = ("Show help.", new HelpAction());
        flags.AddTo(root);
        root.Options.Add(version);

        // In the order in which an operator needs them.
        root.Subcommands.Add(WhyCommand.Create(flags));
        root.Subcommands.Add(PeersCommand.Create(flags));
        root.Subcommands.Add(ConntrackCommand.Create(flags));
        root.Subcommands.Add(HistoryCommand.Create(flags));
        root.Subcommands.Add(DiffCommand.Create(flags));
        root.Subcommands.Add(ReportCommand.Create(flags));
        root.Subcommands.Add(ServeCommand.Create(flags));
        root.Subcommands.Add(PrintCommand.Create(flags));
        root.Subcommands.Add(DescribeCommand.Create());
        root.Subcommands.Add(CheckConfigCommand.Create(flags));
        root.Subcommands.Add(HealthcheckCommand.Create(flags));
        root.Subcommands.Add(VersionCommand.Create());
        root.Subcommands.Add(HelpCommand.Create(root));
        root.SetAction((result, stop) => ServeCommand.Run(flags, result, stop));
        return root;
    }

    /// <summary>Says what is wrong with the command line. A message that asks what was meant needs no further help.</summary>
    internal static void Fail(string message) =>
        Output.Say($"{Name}: error: {(message.EndsWith('?') ? message : $"{message.TrimEnd('.')}, try --help")}");

    /// <summary>Says it and returns the exit code.</summary>
    internal static int Refuse(string message)
    {
        Fail(message);
        return Misused;
    }
}
