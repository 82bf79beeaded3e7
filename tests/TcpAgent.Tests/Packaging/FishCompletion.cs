using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace TcpAgent.Tests.Packaging;

/// <summary>The completion script for fish, with the meaning of each word.</summary>
static class FishCompletion
{
    internal static string Script(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # fish completion of tcp-agent; written by make golden.
            complete -c tcp-agent -f

            """);
        var verbs = string.Join(' ', root.Subcommands.Select(verb => verb.Name));
        foreach (var verb in root.Subcommands)
            text.Append($"complete -c tcp-agent -n __fish_use_subcommand -a {verb.Name} -d {Quote(verb.Description!.Split('\n')[0])}\n");
        text.Append("complete -c tcp-agent -n __fish_use_subcommand -l version -d 'Print version and build.'\n");
        foreach (var option in root.Options.Where(option => option.Recursive && !option.Hidden))
            text.Append(Line("", option));
        foreach (var verb in root.Subcommands)
        {
            foreach (var option in verb.Options.Where(option => !option.Hidden))
                text.Append(Line($" -n '__fish_seen_subcommand_from {verb.Name}'", option));
            if (verb.Name == "help")
                text.Append($"complete -c tcp-agent -n '__fish_seen_subcommand_from help' -a '{verbs}'\n");
        }
        return text.ToString();
    }

    static string Line(string when, Option option)
    {
        var shortName = option.Aliases.FirstOrDefault(alias => alias.Length == 2 && char.IsAsciiLetter(alias[1]));
        var choices = string.Join(' ', option.GetCompletions(CompletionContext.Empty).Select(item => item.Label));
        var value = option.HelpName switch
        {
            null => "",
            "FILE" => choices.Length == 0 ? " -r -F" : $" -r -F -a '{choices}'",
            "DIR" => " -x -a '(__fish_complete_directories)'",
            _ => choices.Length == 0 ? " -x" : $" -x -a '{choices}'",
        };
        return $"complete -c tcp-agent{when} -l {option.Name[2..]}{(shortName is null ? "" : $" -s {shortName[1]}")}{value}"
            + $" -d {Quote(option.Description!)}\n";
    }

    static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
