using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace TcpAgent.Tests.Packaging;

/// <summary>The completion script for bash: plain word lists, so that no key press starts the program.</summary>
static class Completion
{
    internal static string Script(RootCommand root) =>
        $$"""
        # bash completion of tcp-agent; written by make golden.
        _tcp_agent() {
            local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb="" words="" i
            # bash takes --flag=value for three words.
            if [[ $word == = ]]; then
                word=""
            elif [[ $before == = ]]; then
                before=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            COMPREPLY=()
            case $before in
        {{Values(root)}}    esac
            for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                    {{string.Join(" | ", root.Subcommands.Select(command => command.Name))}}) verb=${COMP_WORDS[i]} ;;
                esac
            done
            case $verb in
                "") words="{{Verbs(root)}} --version" ;;
                help) words="{{Verbs(root)}}" ;;
        {{OwnFlags(root)}}    esac
            [[ $word == -* ]] && words+=" {{Flags(root.Options.Where(option => option.Name != "--version"))}}"
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
        }
        complete -F _tcp_agent tcp-agent

        """;

    /// <summary>After a flag that takes a value: its choices, a path, or nothing.</summary>
    static string Values(RootCommand root)
    {
        var text = new StringBuilder();
        var options = root.Options.Concat(root.Subcommands.SelectMany(command => command.Options))
            .Where(option => option.HelpName is not null);
        foreach (var option in options.DistinctBy(option => option.Name))
        {
            var values = string.Join(' ', option.GetCompletions(CompletionContext.Empty).Select(item => item.Label));
            var how = option.HelpName switch
            {
                "DIR" => "-d",
                "FILE" => values.Length == 0 ? "-f" : $"-f -W \"{values}\"",
                _ => values.Length == 0 ? null : $"-W \"{values}\"",
            };
            var names = string.Join(" | ", option.Aliases.Append(option.Name));
            text.Append(how is null
                ? $"        {names}) return ;;\n"
                : $"        {names}) mapfile -t COMPREPLY < <(compgen {how} -- \"$word\"); return ;;\n");
        }
        return text.ToString();
    }

    static string OwnFlags(RootCommand root)
    {
        var text = new StringBuilder();
        foreach (var command in root.Subcommands.Where(command => command.Options.Any(option => !option.Hidden)))
            text.Append($"        {command.Name}) words=\"{Flags(command.Options)}\" ;;\n");
        return text.ToString();
    }

    static string Verbs(RootCommand root) => string.Join(' ', root.Subcommands.Select(command => command.Name));

    static string Flags(IEnumerable<Option> options) =>
        string.Join(' ', options.Where(option => !option.Hidden).Select(option => option.Name));
}
