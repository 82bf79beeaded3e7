using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>
/// One flag: all that help, man page, completion and docs show of it, and how its value gets into the options. A flag that the command line
/// does not give is read from the environment (TCPAGENT_WEB_LISTEN_ADDRESS for --web.listen-address).
/// </summary>
abstract class Flag<TOptions>
{
    /// <summary>With its dashes.</summary>
    internal required string Name { get; init; }

    /// <summary>What it does, without the default.</summary>
    internal required string Doc { get; init; }

    /// <summary>The default as help says it. Empty: none is said.</summary>
    internal virtual string DefaultDoc { get; init; } = "";

    /// <summary>What it takes, with the range: ends the message "'x' is not ...". Empty: any text.</summary>
    internal abstract string Expected { get; }

    /// <summary>The flag as the parser of the command line knows it.</summary>
    internal abstract Option Option { get; }

    /// <summary>The environment variable.</summary>
    internal string Variable => $"TCPAGENT_{Name.TrimStart('-').Replace('.', '_').Replace('-', '_').ToUpperInvariant()}";

    /// <summary>What the environment gives; empty for nothing.</summary>
    protected string Ambient => Environment.GetEnvironmentVariable(Variable) ?? "";

    /// <summary>Returns the options with the flag's value. A value that is not expected adds an error and changes nothing.</summary>
    internal abstract TOptions Read(ParseResult result, TOptions options, List<string> errors);
}
