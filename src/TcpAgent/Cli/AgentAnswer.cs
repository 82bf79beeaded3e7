using System.Net;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The verdict of an agent that watches the network namespace of this process.</summary>
/// <param name="Agent">Where it answered.</param>
/// <param name="Json">Its document, as it was sent.</param>
/// <param name="Verdict">The same, read.</param>
sealed record AgentAnswer(EndPoint Agent, byte[] Json, HostVerdict Verdict);
