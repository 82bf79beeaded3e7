using System.CommandLine;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>why: says which queue or table limits this host's TCP traffic, from the agent's memory or after a watch of its own.</summary>
static class WhyCommand
{
    /// <summary>The codes of a Nagios plugin: OK, WARNING, CRITICAL, UNKNOWN.</summary>
    internal const int Ok = 0, Near = 1, Limiting = 2, CannotTell = 3;

    internal const string Name = "why";

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            Name,
            "Say which queue or table limits this host's TCP traffic, with evidence, what to do, and what will not help.\n"
            + "Asks the agent on this host for its last minute; without one it watches for 3s and may miss short bursts.\n"
            + "With --from it judges a capture of any host, a report or a moment of a history instead.\n"
            + "Exit code, as of a Nagios plugin: 0 nothing limits, 1 near a limit, 2 limiting now, 3 cannot tell.");
        var own = WhyOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, stop) =>
            flags.With(result, own, (options, why) => Run(options, why, Console.OpenStandardOutput(), Output.HasNoReader, stop)));
        return command;
    }

    internal static async Task<int> Run(
        AgentOptions options, WhyOptions why, Stream output, Func<bool> isUnread, CancellationToken stop)
    {
        if (why.IsLive && why.WhatIf.Count > 0)
            return CommandLine.Refuse("--watch and --what-if cannot both be given");
        if (why.From.Count > 0 || why.At.Length > 0)
            return await WhyFrom.Run(options, why, TimeProvider.System, output);
        var inquiry = why.IsLocal || why.Duration is not null ? null : AgentInquiry.For(options);
        if (why.IsLive)
            return await LiveWhy.Run(options, why, inquiry, output, isUnread, stop);
        var (verdict, answer) = await AskOrWatch(options, inquiry, why.Duration, stop);
        var text = why.IsJson
            ? Document(why, verdict, answer?.Json ?? VerdictJson.Write(verdict))
            : Text(why, verdict, isOfAgent: answer is not null);
        return await Write(output, text, verdict.State);
    }

    /// <param name="why">The options.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="json">The same as JSON.</param>
    internal static byte[] Document(WhyOptions why, HostVerdict verdict, byte[] json) =>
        [.. why.WhatIf.Count > 0 ? WhatIfJson.Append(json, WhatIf.Of(why.WhatIf, verdict)) : json, (byte)'\n'];

    /// <summary>The verdict of the agent, with its answer; or that of a watch from here.</summary>
    /// <param name="options">The flags.</param>
    /// <param name="inquiry">How an agent is asked; null to watch from here.</param>
    /// <param name="duration">How long to watch; null where nothing else is said.</param>
    /// <param name="stop">Ends the watch, with the verdict so far.</param>
    internal static async Task<(HostVerdict Verdict, AgentAnswer? Answer)> AskOrWatch(
        AgentOptions options, AgentInquiry? inquiry, TimeSpan? duration, CancellationToken stop)
    {
        var time = WatchFlags.DefaultDuration;
        var answer = inquiry is null ? null : await AskOrExplain(inquiry, $" {Duration.Format(time)}", stop);
        return (answer?.Verdict ?? await Watch(options, duration ?? time, stop), answer);
    }

    /// <summary>Says on stderr why there is no answer, and what that means for the one that follows.</summary>
    internal static async Task<AgentAnswer?> AskOrExplain(AgentInquiry inquiry, string duration, CancellationToken stop)
    {
        var (answer, problem) = await inquiry.Ask(stop);
        if (answer is null)
            Output.Say($"tcp-agent: {problem}: watching{duration} from here, short bursts may be missed");
        return answer;
    }

    internal static byte[] Text(WhyOptions why, HostVerdict verdict, bool isOfAgent) =>
        WhyText.For(Terminal.Detect(), isOfAgent, why.ShowsAll, SocketOwner.Of).Write(verdict, why.WhatIf);

    internal static Task<int> Write(Stream output, byte[] text, ResourceState state) =>
        Output.Write(output, text, ExitCode(state), CannotTell);

    internal static int ExitCode(ResourceState state) => state switch
    {
        ResourceState.Limiting => Limiting,
        ResourceState.Near => Near,
        ResourceState.Unknown => CannotTell,
        _ => Ok,
    };

    /// <summary>Ctrl-C ends the watch early; the verdict then covers what was seen so far.</summary>
    static async Task<HostVerdict> Watch(AgentOptions options, TimeSpan duration, CancellationToken stop)
    {
        await using var sampling = new OwnSampling(options, duration);
        sampling.Take();
        var countdown = Countdown.OnTerminal();
        using var timer = new PeriodicTimer(sampling.Interval);
        try
        {
            for (var samples = Math.Max(2, (int)(duration / sampling.Interval)); samples > 0; samples--)
            {
                countdown.Show(samples * sampling.Interval);
                await timer.WaitForNextTickAsync(stop);
                sampling.Take();
            }
        }
        catch (OperationCanceledException)
        {
            sampling.Take();
        }
        countdown.Clear();
        return sampling.Judge();
    }
}
