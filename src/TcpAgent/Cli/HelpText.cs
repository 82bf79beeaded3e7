using System.CommandLine;
using TcpAgent.Sources;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>The help of the program and of each verb, within the width of the terminal. That of a verb has only its own flags.</summary>
sealed class HelpText(Terminal terminal)
{
    internal const string NoCollector = "--no-collector.";

    /// <summary>The widest name beside which a text fits; the text of a longer one begins on the next line.</summary>
    const int NameWidth = 26;

    /// <summary>The common flags by topic, each with the beginnings of their names. The last takes the rest.</summary>
    static readonly (string Title, string[] Beginnings)[] s_groups =
    [
        ("Serving", ["--web.", "--query."]),
        ("Sampling", ["--sample.", "--path.", "--listeners.", "--netstat.", "--metrics.", "--collector."]),
        ("History", ["--history."]),
        ("Logging", ["--log."]),
        ("Sources", [NoCollector]),
        ("Other flags", ["--"]),
    ];

    readonly TerminalText _text = new(terminal);

    internal static string Of(RootCommand root, Command command, Terminal terminal)
    {
        var help = new HelpText(terminal);
        if (ReferenceEquals(command, root))
            help.Program(root);
        else
            help.Verb(command);
        return help._text.ToString();
    }

    void Program(RootCommand root)
    {
        Paragraphs(root.Description!);
        Title("Usage");
        _text.Line("", "  tcp-agent [verb] [flags]");
        Title("Verbs");
        foreach (var verb in root.Subcommands)
            if (!verb.Hidden)
                Entry(verb.Name, verb.Description!.Split('\n')[0]);
        var rest = new List<Option>(root.Options);
        foreach (var (title, beginnings) in s_groups)
        {
            var group = rest.FindAll(option => Array.Exists(beginnings, start => option.Name.StartsWith(start, StringComparison.Ordinal)));
            rest.RemoveAll(group.Contains);
            if (group.TrueForAll(option => option.Hidden))
                continue;
            Title(title);
            if (beginnings[0] == NoCollector)
                Entry($"{NoCollector}NAME", $"Do not read a source: {string.Join(", ", SourceList.Names)}.");
            else
                Flags(group);
        }
        Examples(["why", "history", "report"]);
        Title("Environment");
        var first = root.Options[0].Name;
        foreach (var option in root.Options)
            first = first.StartsWith("--web.", StringComparison.Ordinal) ? first : option.Name;
        _text.Paragraph("", $"Every flag can also be set by a variable: {Variables.Of(first)} for {first}. The command line wins.", "  ");
        Title("Documentation");
        _text.Paragraph("", "tcp-agent help VERB, man tcp-agent, /usr/share/doc/tcp-agent", "  ");
    }

    void Verb(Command verb)
    {
        Paragraphs(verb.Description!);
        Title("Usage");
        var usage = $"  tcp-agent {verb.Name}";
        foreach (var argument in verb.Arguments)
            usage += argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}";
        _text.Line("", $"{usage} [flags]");
        foreach (var argument in verb.Arguments)
            Entry(argument.Name, argument.Description ?? "");
        if (verb.Options.Count > 0)
        {
            Title("Flags");
            Flags(verb.Options);
        }
        Examples([verb.Name]);
        _text.Line();
        _text.Line("", "Common flags: tcp-agent --help");
    }

    void Flags(IEnumerable<Option> options)
    {
        foreach (var option in options)
            if (!option.Hidden)
                Entry(option.HelpName is { } value ? $"{NamesOf(option)} <{value}>" : NamesOf(option), option.Description ?? "");
    }

    /// <summary>The name, and the short one before it.</summary>
    static string NamesOf(Option option)
    {
        foreach (var alias in option.Aliases)
            if (alias.Length == 2 && alias[0] == '-' && char.IsAsciiLetter(alias[1]))
                return $"{alias}, {option.Name}";
        return option.Name;
    }

    void Examples(ReadOnlySpan<string> verbs)
    {
        var isFirst = true;
        foreach (var (verb, command, meaning) in Example.All)
        {
            if (!verbs.Contains(verb))
                continue;
            if (isFirst)
                Title("Examples");
            isFirst = false;
            _text.Paragraph("", command, "  ", indent: 4);
            _text.Paragraph(Dim, meaning, "      ");
        }
    }

    void Paragraphs(string text)
    {
        foreach (var paragraph in text.Split('\n'))
            _text.Paragraph("", paragraph);
    }

    void Title(string title)
    {
        _text.Line();
        _text.Line(Bold, $"{title}:");
    }

    void Entry(string name, string text)
    {
        if (name.Length > NameWidth)
            _text.Line("", $"  {name}");
        _text.Paragraph("", text, name.Length > NameWidth ? new string(' ', NameWidth + 4) : $"  {name.PadRight(NameWidth)}  ");
    }
}
