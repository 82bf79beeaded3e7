using System.CommandLine;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>peers: shows the destinations of this host's connections, from the agent's memory or after a watch of its own.</summary>
static class PeersCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "peers",
            "Show destinations, the worst first: connects, unanswered SYNs, round trip, retransmissions, ports held.\n"
            + "Asks the agent on this host for its last minute; without one it watches for 3s and sees less.");
        var own = PeersOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, stop) =>
            flags.With(result, own, (options, peers) => Run(options, peers, Console.OpenStandardOutput(), stop)));
        return command;
    }

    /// <returns>0, whatever the destinations do: <c>why</c> judges.</returns>
    internal static async Task<int> Run(AgentOptions options, PeersOptions peers, Stream output, CancellationToken stop)
    {
        var inquiry = peers.IsLocal || peers.Duration is not null ? null : AgentInquiry.For(options);
        var (verdict, answer) = await WhyCommand.AskOrWatch(options, inquiry, peers.Duration, stop);
        if (verdict.Destinations is null)
        {
            Output.Say($"tcp-agent: the agent at {answer?.Agent} is older and knows no destinations: watching from here");
            (verdict, answer) = await WhyCommand.AskOrWatch(options, null, null, stop);
        }
        byte[] text = peers.IsJson
            ? [.. DestinationJson.Document(verdict), (byte)'\n']
            : PeersText.Write(verdict, Terminal.Detect(), isOfAgent: answer is not null);
        return await Output.Write(output, text);
    }
}
