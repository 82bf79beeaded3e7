using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TcpAgent.Cli;

/// <summary>healthcheck: asks the agent on this host whether it is healthy, for images without a shell or curl.</summary>
static class HealthcheckCommand
{
    /// <summary>The timeout, below the 5 s that container engines usually give a check.</summary>
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "healthcheck",
            "Ask the agent on this host, at the first --web.listen-address, whether it is healthy.\n"
            + "Exit code: 0 healthy, 1 not healthy or no answer.");
        command.SetAction((result, stop) => flags.With(result, options => Run(options.ListenAddresses[0], s_timeout, stop)));
        return command;
    }

    internal static async Task<int> Run(IPEndPoint listen, TimeSpan timeout, CancellationToken stop)
    {
        var address = LocalRequest.AddressOf(listen);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        try
        {
            return Judge(address, await LocalRequest.Get(address, "/-/healthy", limit.Token));
        }
        catch (SocketException e)
        {
            return Fail($"no agent answers at {address}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return Fail($"the agent at {address} closed the connection: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return Fail($"the agent at {address} did not answer within {timeout.TotalSeconds} s");
        }
    }

    /// <summary>401 and 429 prove that the agent is alive; a check without credentials cannot learn more.</summary>
    static int Judge(IPEndPoint address, in LocalAnswer answer)
    {
        switch (answer.Status)
        {
            case 200:
                var age = answer.Text.IndexOf('(', StringComparison.Ordinal);
                Console.Out.WriteLine(age < 0 ? "healthy" : $"healthy {answer.Text[age..].TrimEnd('.')}");
                return 0;
            case 401:
                Console.Out.WriteLine("healthy (it answers, and wants credentials for more)");
                return 0;
            case 429:
                Console.Out.WriteLine("healthy (it answers, but its rate limit is reached)");
                return 0;
            case 0:
                return Fail($"what answers at {address} is no tcp-agent");
            default:
                return Fail($"the agent at {address} is not healthy: {answer.Text}");
        }
    }

    static int Fail(string problem)
    {
        Output.Say($"tcp-agent: {problem}");
        return 1;
    }
}
