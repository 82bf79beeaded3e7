using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TcpAgent.Cli;

/// <summary>Asks the agent on this host for its documents: over its query socket, else at the first address that it listens on.</summary>
sealed class AgentClient(AgentOptions options)
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Where the last document came from, for people.</summary>
    internal string Place { get; private set; } = "";

    /// <summary>The document; null with a problem for people if there is none.</summary>
    internal async Task<(byte[]? Body, string Problem)> Get(string path, CancellationToken stop)
    {
        var (asked, problem) = (new List<string>(), "");
        foreach (var agent in AgentInquiry.Places(options))
        {
            asked.Add($"{agent}");
            var (body, why) = await Get(agent, path, stop);
            if (body is not null)
            {
                Place = $"{agent}";
                return (body, "");
            }

            // The first that answered at all says most.
            problem = problem.Length == 0 ? why : problem;
        }
        return (null, problem.Length > 0 ? problem : $"no agent answers at {string.Join(" or ", asked)}");
    }

    /// <summary>The problem is empty where nobody listens.</summary>
    static async Task<(byte[]? Body, string Problem)> Get(EndPoint agent, string path, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(s_timeout);
        try
        {
            var answer = await LocalRequest.Get(agent, path, limit.Token);
            return answer.Status switch
            {
                200 => (answer.Body, ""),
                0 => (null, $"what answers at {agent} is no tcp-agent"),
                _ => (null, $"the agent at {agent} answers {path} by {answer.Status} {answer.Text.TrimEnd('.')}".TrimEnd()),
            };
        }
        catch (SocketException)
        {
            return (null, "");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return (null, $"the agent at {agent} closed the connection");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"the agent at {agent} did not answer within {s_timeout.TotalSeconds} s");
        }
    }
}
