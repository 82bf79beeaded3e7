using System.Net;

namespace TcpAgent.Cli;

/// <summary>Asks the agent on this host for its documents.</summary>
sealed class AgentClient(AgentOptions options)
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Where the last document came from, for people.</summary>
    internal string Place { get; private set; } = "";

    /// <summary>The document; null with a problem for people if there is none.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal async Task<(byte[]? Body, string Problem)> Get(string path, CancellationToken stop)
    {
        var found = await LocalAgent.First(
            options, agent => LocalAgent.Ask(agent, path, s_timeout, answer => Judge(agent, path, answer), stop));
        stop.ThrowIfCancellationRequested();
        return found;
    }

    (byte[]? Body, string Problem) Judge(EndPoint agent, string path, in LocalAnswer answer)
    {
        if (answer.Status == 200)
            Place = $"{agent}";
        return answer.Status switch
        {
            200 => (answer.Body, ""),
            0 => (null, $"what answers at {agent} is no tcp-agent"),
            _ => (null, $"the agent at {agent} answers {path} by {answer.Status} {answer.Text.TrimEnd('.')}".TrimEnd()),
        };
    }
}
