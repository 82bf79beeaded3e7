using System.CommandLine;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>Says what is wrong with a word on the command line, and what was probably meant.</summary>
static class Mistake
{
    /// <param name="root">The program's verbs and common flags.</param>
    /// <param name="command">The verb on the command line, or the program.</param>
    /// <param name="token">A word that neither takes.</param>
    internal static string Of(RootCommand root, Command command, string token) =>
        token.StartsWith('-') ? OfFlag(root, command, token.Split('=')[0])
        : ReferenceEquals(command, root) ? OfVerb(root, token)
        : $"{command.Name} does not take the argument '{token}'";

    internal static string OfVerb(RootCommand root, string verb)
    {
        var names = new List<string>();
        foreach (var known in root.Subcommands)
            names.Add(known.Name);
        return $"unknown verb '{verb}'{Meant(verb, names)}";
    }

    static string OfFlag(RootCommand root, Command command, string flag)
    {
        foreach (var verb in root.Subcommands)
            if (!ReferenceEquals(verb, command) && Names(verb, _ => true).Contains(flag))
                return $"{flag} is a flag of {verb.Name}, not of {(ReferenceEquals(command, root) ? ServeCommand.Name : command.Name)}";

        // A verb takes the common flags too, and --version is none of those.
        return $"unknown flag '{flag}'{Meant(flag, [.. Names(command, _ => true), .. Names(root, option => option.Recursive)])}";
    }

    static List<string> Names(Command command, Predicate<Option> isTaken)
    {
        var names = new List<string>();
        foreach (var option in command.Options)
            if (!option.Hidden && isTaken(option))
                names.Add(option.Name);
        return names;
    }

    static string Meant(string text, List<string> names) => Nearest.To(text, names) is { } nearest ? $": is '{nearest}' meant?" : "";
}
