using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using TcpAgent.Tests.Cli;

namespace TcpAgent.Tests.Documents;

/// <summary>docs/flags.md: what the program itself says of its flags, and what it says of a value that it refuses.</summary>
static partial class FlagsPage
{
    const string NoCollector = "--no-collector.";

    /// <summary>Refused by every verb, so that none of them runs.</summary>
    const string Refused = "--history.span=?";

    internal static string Text(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # Flags

            Written by `make golden` from the flags themselves.

            Each flag can also be set in the environment: `--web.listen-address` is `TCPAGENT_WEB_LISTEN_ADDRESS`. There, a flag that may
            be given several times takes a list separated by commas, and a flag without a value takes `true` or `false`. The command line
            overrides the environment, which overrides the default. `tcp-agent check-config` checks them all and exits.

            These flags apply to every verb:


            """);
        AddTable(text, "check-config", root.Options.Where(option => option.Name is not "--version" && option.HelpName != "help"));
        foreach (var command in root.Subcommands.Where(command => command.Options.Any(option => !option.Hidden)))
        {
            text.Append($"\n## {command.Name}\n\n{Escape(command.Description!).Replace("\n", " ", StringComparison.Ordinal)}\n\n");
            AddTable(text, command.Name, command.Options);
        }
        return text.ToString();
    }

    static void AddTable(StringBuilder text, string verb, IEnumerable<Option> options)
    {
        var shown = options.Where(option => !option.Hidden && !option.Aliases.Contains("-h")).ToArray();
        text.Append("| flag | value | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var option in shown.Where(option => !option.Name.StartsWith(NoCollector, StringComparison.Ordinal)))
        {
            var (help, standard) = Help().Match(option.Description!) is { Success: true } match
                ? (match.Groups[1].Value, match.Groups[2].Value.Contains(' ', StringComparison.Ordinal) ? match.Groups[2].Value : $"`{match.Groups[2].Value}`")
                : (option.Description!, "");
            text.Append($"| `{option.Name}` | {Escape(Values(verb, option))} | {Escape(standard)} | {Escape(help)} |\n");
        }
        var sources = shown.Where(option => option.Name.StartsWith(NoCollector, StringComparison.Ordinal)).Select(option => $"`{option.Name[NoCollector.Length..]}`").ToArray();
        if (sources.Length > 0)
            text.Append($"| `{NoCollector}NAME` | | | Do not read a source: {string.Join(", ", sources)}. |\n");
    }

    /// <summary>What the program expects, by its own message; of a flag that takes any text, the name of that.</summary>
    static string Values(string verb, Option option)
    {
        if (option.HelpName is null)
            return "";
        var flag = $"{option.Name}=?";
        string[] args = flag == Refused ? [verb, flag] : [verb, flag, Refused];
        return Expected().Matches(CommandLineTests.Run(args).Error).FirstOrDefault(match => match.Groups[1].Value == option.Name)?.Groups[2].Value
            ?? option.HelpName;
    }

    static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"^(.*) \[default: (.*)\]$", RegexOptions.Singleline)]
    private static partial Regex Help();

    [GeneratedRegex(@"^tcp-agent: error: (--[a-z.-]+): '\?' is not (.*), try --help$", RegexOptions.Multiline)]
    private static partial Regex Expected();
}
