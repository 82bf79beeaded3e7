using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>version: the same as --version, for those who type it as a verb.</summary>
static class VersionCommand
{
    internal static Command Create()
    {
        var command = new Command("version", "Print version and build.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(BuildInfo.Describe());
            return 0;
        });
        return command;
    }
}
