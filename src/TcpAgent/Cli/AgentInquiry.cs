using System.Net;
using TcpAgent.Kernel;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// Asks the agent on this host what limits traffic. The agent remembers its peak window, and a watch that begins now does not: clients that
/// back off retry a full queue only every 15 or 30 seconds.
/// </summary>
/// <param name="options">The flags: where the agent listens.</param>
/// <param name="ownNamespace">The inode of the network namespace of this process.</param>
sealed class AgentInquiry(AgentOptions options, string ownNamespace)
{
    /// <summary>An agent that runs answers within milliseconds.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>Null where --path.procfs is a copy, which no agent of this host watches.</summary>
    internal static AgentInquiry? For(AgentOptions options) =>
        NamespaceInstance.Of(KernelRoot.At(options.ProcFs, options.SysFs)) is { } own ? new AgentInquiry(options, own.Inode) : null;

    /// <summary>The answer, or why there is none, for the operator.</summary>
    internal Task<(AgentAnswer? Answer, string Problem)> Ask(CancellationToken stop) =>
        LocalAgent.First(options, agent => Ask(agent, stop));

    /// <summary>Asks one agent. The problem is empty where nobody listens.</summary>
    internal Task<(AgentAnswer? Answer, string Problem)> Ask(EndPoint agent, CancellationToken stop) =>
        LocalAgent.Ask(agent, "/api/v1/why", Timeout, answer => Judge(agent, answer), stop);

    (AgentAnswer? Answer, string Problem) Judge(EndPoint agent, in LocalAnswer answer)
    {
        if (answer.Status != 200)
            return (null, answer.Status switch
            {
                401 => $"the agent at {agent} wants credentials",
                429 => $"the agent at {agent} is at its rate limit",
                503 => $"the agent at {agent} has no current sample ({answer.Text.TrimEnd('.')})",
                _ => $"what answers at {agent} is no tcp-agent",
            });
        if (VerdictReader.TryRead(answer.Body) is not { } verdict)
            return (null, $"what answers at {agent} is no tcp-agent of this version");
        if (verdict.NetworkNamespace is not { } watched || watched == NamespaceInstance.Unknown)
            return (null, $"the agent at {agent} cannot say which network namespace it watches");
        return watched == ownNamespace
            ? (new AgentAnswer(agent, answer.Body, verdict), "")
            : (null, $"the agent at {agent} watches another network namespace ({watched}; this is {ownNamespace})");
    }
}
