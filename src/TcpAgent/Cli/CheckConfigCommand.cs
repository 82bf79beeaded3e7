using System.CommandLine;
using TcpAgent.Web.Config;

namespace TcpAgent.Cli;

/// <summary>
/// check-config: checks whether serve would start with these flags and this web configuration. For ExecStartPre= and before a reload.
/// </summary>
static class CheckConfigCommand
{
    internal const string Name = "check-config";

    /// <summary>The exit code of a mistake, also of one in the flags: whether they are good is what the verb is asked.</summary>
    internal const int Bad = 1;

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            Name,
            "Check the flags and the file of --web.config.file, and the certificates it names, and print the values in force.\n"
            + "Each value has its origin: flag, the name of an environment variable, or default.");
        command.SetAction(
            async (result, _) =>
                await flags.With(result, options => Task.FromResult(Run(options.WebConfigFile, flags.Settings(result)))) == 0 ? 0 : Bad);
        return command;
    }

    static int Run(string? path, List<FlagSetting> settings)
    {
        var code = path is null ? 0 : Check(path);
        if (code != 0)
            return code;
        if (path is null)
            Console.Out.WriteLine("The flags are valid. There is no --web.config.file: plain HTTP without passwords.");
        Console.Out.Write($"\n{SettingsText.Write(settings)}");
        return 0;
    }

    static int Check(string path)
    {
        var findings = new ConfigReport(path);
        var active = ActiveConfig.Load(path, TimeProvider.System, findings, []);
        foreach (var warning in findings.Warnings)
            Output.Say($"tcp-agent: warning: {warning}");
        foreach (var problem in findings.Problems)
            Output.Fail($"{problem}");
        if (active is null)
            return Bad;
        Console.Out.WriteLine($"{path} is valid: {active.Describe()}");
        return 0;
    }
}
