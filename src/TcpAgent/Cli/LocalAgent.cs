using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using TcpAgent.Web;

namespace TcpAgent.Cli;

/// <summary>Where the agent on this host answers, and how a verb asks there.</summary>
static class LocalAgent
{
    /// <summary>Where it may answer, in the order in which to ask: its query socket, then the first address that it listens on.</summary>
    internal static IEnumerable<EndPoint> Places(AgentOptions options)
    {
        foreach (var path in QuerySocket.ToAsk(options.QuerySocket))
            if (File.Exists(path))
                yield return new UnixDomainSocketEndPoint(path);
        yield return LocalRequest.AddressOf(options.ListenAddresses[0]);
    }

    /// <summary>Asks one place after the other until an answer suits. Returns that, or why none does, for the operator.</summary>
    /// <param name="options">The flags: where the agent listens.</param>
    /// <param name="ask">Asks one place; the problem is empty where nobody listens.</param>
    internal static async Task<(T? Answer, string Problem)> First<T>(
        AgentOptions options, Func<EndPoint, Task<(T? Answer, string Problem)>> ask)
        where T : class
    {
        var (asked, problem) = (new List<string>(), "");
        foreach (var agent in Places(options))
        {
            asked.Add($"{agent}");
            var (answer, why) = await ask(agent);
            if (answer is not null)
                return (answer, "");

            // The first that answered at all says most.
            problem = problem.Length == 0 ? why : problem;
        }
        return (null, problem.Length > 0 ? problem : $"no agent answers at {string.Join(" or ", asked)}");
    }

    /// <summary>Asks at one place. The problem is empty where nobody listens. It does not throw if it is stopped.</summary>
    /// <param name="agent">The place.</param>
    /// <param name="path">The document.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="judge">Takes what suits from an answer, or says why it does not.</param>
    /// <param name="stop">Ends the request.</param>
    internal static async Task<(T? Answer, string Problem)> Ask<T>(
        EndPoint agent, string path, TimeSpan timeout, Func<LocalAnswer, (T? Answer, string Problem)> judge, CancellationToken stop)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        try
        {
            return judge(await LocalRequest.Get(agent, path, limit.Token));
        }
        catch (SocketException)
        {
            return (null, "");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return (null, $"the agent at {agent} closed the connection");
        }
        catch (OperationCanceledException)
        {
            return (null, $"the agent at {agent} does not answer");
        }
    }
}
