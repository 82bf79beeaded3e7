using System.CommandLine;
using System.CommandLine.Invocation;

namespace TcpAgent.Cli;

/// <summary>Prints the help of the command on the command line, for --help.</summary>
sealed class HelpAction : SynchronousCommandLineAction
{
    /// <summary>A mistake elsewhere on the command line does not hide the help.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) =>
        Print((RootCommand)parseResult.RootCommandResult.Command, parseResult.CommandResult.Command);

    internal static int Print(RootCommand root, Command command)
    {
        Console.Out.Write(HelpText.Of(root, command, Terminal.Detect()));
        return 0;
    }
}
