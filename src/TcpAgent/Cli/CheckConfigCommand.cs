using System.CommandLine;
using TcpAgent.Web.Config;

namespace TcpAgent.Cli;

/// <summary>
/// check-config: checks whether serve would start with these flags and this web configuration. For ExecStartPre= and before a reload.
/// </summary>
static class CheckConfigCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command("check-config", "Check the flags and the file of --web.config.file, and the certificates it names.");
        command.SetAction((result, _) => flags.With(result, options => Task.FromResult(Run(options.WebConfigFile))));
        return command;
    }

    static int Run(string? path)
    {
        if (path is null)
        {
            Console.Out.WriteLine("The flags are valid. There is no --web.config.file: plain HTTP without passwords.");
            return 0;
        }
        var findings = new ConfigReport(path);
        var active = ActiveConfig.Load(path, TimeProvider.System, findings, []);
        foreach (var warning in findings.Warnings)
            Console.Error.WriteLine($"tcp-agent: warning: {warning}");
        foreach (var problem in findings.Problems)
            Console.Error.WriteLine($"tcp-agent: error: {problem}");
        if (active is null)
            return 1;
        Console.Out.WriteLine($"{path} is valid: {active.Describe()}");
        return 0;
    }
}
