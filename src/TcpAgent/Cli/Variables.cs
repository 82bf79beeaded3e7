using System.CommandLine;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>The environment variables that stand for flags.</summary>
static class Variables
{
    const string Prefix = "TCPAGENT_";

    /// <summary>The variable of a flag: TCPAGENT_WEB_LISTEN_ADDRESS for --web.listen-address.</summary>
    internal static string Of(string flag) =>
        $"{Prefix}{flag.TrimStart('-').Replace('.', '_').Replace('-', '_').ToUpperInvariant()}";

    /// <summary>The variables of this process that look like those of a flag and are none, each with a hint for people.</summary>
    internal static List<(string Name, string Hint)> Unknown(RootCommand root)
    {
        var known = new List<string>();
        Add(root, known);
        foreach (var verb in root.Subcommands)
            Add(verb, known);
        var unknown = new List<(string, string)>();
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(name) && !IsOfService(name[Prefix.Length..]))
                unknown.Add((name, Nearest.To(name, known) is { } nearest ? $": is {nearest} meant?" : ""));
        unknown.Sort();
        return unknown;
    }

    static void Add(Command command, List<string> known)
    {
        foreach (var option in command.Options)
            known.Add(Of(option.Name));
    }

    /// <summary>Kubernetes sets these in every pod for a service named tcpagent: TCPAGENT_SERVICE_HOST, TCPAGENT_PORT_80_TCP.</summary>
    static bool IsOfService(string name) =>
        name is "SERVICE_HOST" or "SERVICE_PORT" or "PORT" || name.StartsWith("SERVICE_PORT_", StringComparison.Ordinal)
            || name.StartsWith("PORT_", StringComparison.Ordinal);
}
