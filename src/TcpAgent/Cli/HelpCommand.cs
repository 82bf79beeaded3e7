using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>help [VERB]: the same as --help, for those who type it as a verb.</summary>
static class HelpCommand
{
    internal static Command Create(RootCommand root)
    {
        var command = new Command("help", "Explain the program, or one verb.");
        var name = new Argument<string?>("VERB")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A verb; without one, all verbs and the common flags.",
        };
        command.Arguments.Add(name);
        command.SetAction(result =>
        {
            if (result.GetValue(name) is not { } verb)
                return HelpAction.Print(root, root);
            foreach (var known in root.Subcommands)
                if (known.Name == verb)
                    return HelpAction.Print(root, known);
            return CommandLine.Refuse(Mistake.OfVerb(root, verb));
        });
        return command;
    }
}
