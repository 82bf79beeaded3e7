using System.CommandLine;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>diff A B: what differs between two incidents, captures or hosts.</summary>
static class DiffCommand
{
    /// <summary>Separates the file of a history from a time in it.</summary>
    const char At = '@';

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "diff",
            "Say what differs between two incidents, captures or hosts: limits, drops, findings, settings.\n"
            + "A and B are what why --from takes, or FILE@TIME for a moment of a history file.\n"
            + "Exit code: 0, or 3 if one of them cannot be judged.");
        var (a, b) = (Named("A", "The first capture, document, report or history."), Named("B", "The one to compare it with."));
        command.Arguments.Add(a);
        command.Arguments.Add(b);
        var own = Flags();
        own.AddTo(command);
        command.SetAction((result, _) => flags.With(result, own, (options, diff) => Run(
            options, diff, result.GetValue(a)!, result.GetValue(b)!, TimeProvider.System, Console.OpenStandardOutput())));
        return command;
    }

    internal static FlagSet<JsonOptions> Flags() => JsonOptions.Flags("Print the differences as JSON.");

    static Argument<string> Named(string name, string description) => new(name) { Description = description };

    internal static async Task<int> Run(
        AgentOptions options, JsonOptions diff, string a, string b, TimeProvider time, Stream output)
    {
        var sides = new List<Captured>();
        foreach (var side in (string[])[a, b])
        {
            var (path, at) = Split(side);
            long? moment = null;
            if (WhyFrom.Missing([path]) is { } missing)
                return CommandLine.Refuse(missing);
            if (at.Length > 0)
                if (HistoryQuery.TryParseMoment(at, time, out var parsed, out var problem))
                    moment = parsed;
                else
                    return CommandLine.Refuse($"{side}: {problem}");
            if (new CaptureReader(options, moment).TryRead([path], out var trouble) is not { } captured)
                return Output.Fail(trouble, WhyCommand.CannotTell);
            WhyFrom.Warn(captured);
            sides.Add(captured);
        }
        var differences = Differences.Between(sides[0], sides[1]);
        try
        {
            await output.WriteAsync(diff.IsJson ? DiffJson.Write(differences) : new DiffText(Terminal.Detect()).Write(differences));
            await output.FlushAsync();
            return WhyCommand.Ok;
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            return Output.Failed(e, WhyCommand.CannotTell);
        }
    }

    /// <summary>A file may have the sign in its own name.</summary>
    static (string Path, string At) Split(string side) =>
        !Path.Exists(side) && side.LastIndexOf(At) is > 0 and var sign ? (side[..sign], side[(sign + 1)..]) : (side, "");
}
