using System.CommandLine;
using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Packaging;

/// <summary>The parts of the man page that the program knows better than an author, in roff.</summary>
static class ManPage
{
    const string NoCollector = "--no-collector.";

    internal static string Commands(RootCommand root)
    {
        var text = new StringBuilder();
        foreach (var command in root.Subcommands)
        {
            text.Append($".TP\n.B {Escape(command.Name)}\n{Paragraphs(command.Description!)}");
            var arguments = string.Concat(command.Arguments.Select(one => $".TP\n.I {Escape(one.Name)}\n{Paragraphs(one.Description!)}"));
            if (arguments.Length > 0 || command.Options.Any(option => !option.Hidden))
                text.Append(".RS\n").Append(arguments).Append(List(command.Options)).Append(".RE\n");
        }
        return text.ToString();
    }

    /// <summary>Those of the sources, one for each, are told once.</summary>
    internal static string Options(RootCommand root)
    {
        var sources = root.Options.Where(option => option.Name.StartsWith(NoCollector, StringComparison.Ordinal))
            .Select(option => option.Name[NoCollector.Length..]);
        return List(root.Options.Where(option => !option.Name.StartsWith(NoCollector, StringComparison.Ordinal)))
            + $".TP\n.BR {Escape(NoCollector)} \\fINAME\\fR\nDo not read a source: {Escape(string.Join(", ", sources))}.\n";
    }

    internal static string Examples()
    {
        var text = new StringBuilder();
        foreach (var (_, command, meaning) in Example.All)
            text.Append($".TP\n.B {Escape(command)}\n{Paragraphs(meaning)}");
        return text.ToString();
    }

    static string List(IEnumerable<Option> options)
    {
        var text = new StringBuilder();
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = string.Join(
                "\\fR, \\fB", option.Aliases.Where(alias =>
                    alias != option.Name && alias.StartsWith('-')).Append(option.Name).Select(Escape));
            var value = option.HelpName is { } unit ? $" \\fI{Escape(unit)}\\fR" : "";
            text.Append($".TP\n\\fB{names}\\fR{value}\n{Paragraphs(option.Description!)}");
        }
        return text.ToString();
    }

    static string Paragraphs(string text) => Escape(text).Replace("\n", "\n.br\n", StringComparison.Ordinal) + "\n";

    /// <summary>groff_char(7): a bare - is a hyphen, which neither copies nor searches as the minus of a flag.</summary>
    static string Escape(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("\n.", "\n\\&.", StringComparison.Ordinal);
}
