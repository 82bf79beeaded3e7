using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>
/// One flag: what help, man page, completion and docs show, and how its value gets into the options. A flag that is missing from the
/// command line is read from the environment (TCPAGENT_WEB_LISTEN_ADDRESS for --web.listen-address).
/// </summary>
abstract class Flag<TOptions>
{
    /// <summary>The name with its dashes.</summary>
    internal required string Name { get; init; }

    /// <summary>What it does, without the default.</summary>
    internal required string Doc { get; init; }

    /// <summary>The default as help shows it. Empty: help shows none.</summary>
    internal virtual string DefaultDoc { get; init; } = "";

    /// <summary>The accepted values with their range; completes the message "'x' is not ...". Empty: any text.</summary>
    internal abstract string Expected { get; }

    /// <summary>The flag as the parser of the command line knows it.</summary>
    internal abstract Option Option { get; }

    /// <summary>The environment variable.</summary>
    internal string Variable => Variables.Of(Name);

    /// <summary>The value from the environment; empty if there is none.</summary>
    protected string Ambient => Environment.GetEnvironmentVariable(Variable) ?? "";

    /// <summary>Returns the options with the flag's value. An invalid value adds an error and changes nothing.</summary>
    internal abstract TOptions Read(ParseResult result, TOptions options, List<string> errors);

    /// <summary>The value in force and where it comes from; null for a switch that is off.</summary>
    internal abstract FlagSetting? Effective(ParseResult result);
}
