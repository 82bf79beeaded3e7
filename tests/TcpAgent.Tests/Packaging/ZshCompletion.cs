using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace TcpAgent.Tests.Packaging;

/// <summary>The completion script for zsh, with the meaning of each word.</summary>
static class ZshCompletion
{
    internal static string Script(RootCommand root) =>
        $$"""
        #compdef tcp-agent
        # zsh completion of tcp-agent; written by make golden.
        _tcp_agent() {
            local -a verbs common
            verbs=(
        {{Verbs(root)}}    )
            common=(
        {{Specs(root.Options.Where(option => option.Recursive))}}    )
            local context state state_descr line
            typeset -A opt_args
            _arguments -C $common '--version[Print version and build.]' '1:verb:->verb' '*::argument:->own'
            case $state in
                verb) _describe verb verbs ;;
                own)
                    case $words[1] in
        {{Own(root)}}            esac
                    ;;
            esac
        }
        _tcp_agent "$@"

        """;

    static string Verbs(RootCommand root)
    {
        var text = new StringBuilder();
        foreach (var verb in root.Subcommands)
            text.Append($"        '{verb.Name}:{Quote(verb.Description!.Split('\n')[0])}'\n");
        return text.ToString();
    }

    static string Own(RootCommand root)
    {
        var text = new StringBuilder();
        foreach (var verb in root.Subcommands)
        {
            var argument = verb.Arguments.Count == 0 ? ""
                : verb.Name == "help" ? $" '1:verb:({string.Join(' ', root.Subcommands.Select(one => one.Name))})'"
                : string.Concat(verb.Arguments.Select((one, index) => $" '{index + 1}:{one.Name.ToLowerInvariant()}:'"));
            text.Append($"                {verb.Name}) _arguments $common{argument}");
            foreach (var option in verb.Options.Where(option => !option.Hidden))
                text.Append($" \\\n                    {Spec(option)}");
            text.Append(" ;;\n");
        }
        return text.ToString();
    }

    static string Specs(IEnumerable<Option> options)
    {
        var text = new StringBuilder();
        foreach (var option in options.Where(option => !option.Hidden))
            text.Append($"        {Spec(option)}\n");
        return text.ToString();
    }

    static string Spec(Option option)
    {
        var meaning = Quote(option.Description!);
        if (option.HelpName is not { } value)
            return $"'{option.Name}[{meaning}]'";
        var choices = option.GetCompletions(CompletionContext.Empty).Select(item => item.Label).ToArray();
        var how = value switch
        {
            "FILE" => "_files",
            "DIR" => "_files -/",
            _ => choices.Length == 0 ? "" : $"({string.Join(' ', choices)})",
        };
        return $"'{option.Name}=[{meaning}]:{Quote(value.ToLowerInvariant())}:{how}'";
    }

    /// <summary>Within single quotes, a bracket ends the meaning and a colon the part.</summary>
    static string Quote(string text) => text.Replace("'", "'\\''", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
