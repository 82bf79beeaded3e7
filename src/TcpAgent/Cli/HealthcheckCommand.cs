using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>healthcheck: asks the agent on this host whether it is healthy, for images without a shell or curl.</summary>
static class HealthcheckCommand
{
    /// <summary>The timeout, below the 5 s that container engines usually give a check.</summary>
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    /// <summary>401 and 429 prove that the agent is alive; a check without credentials cannot learn more.</summary>
    static readonly string[] s_alive = ["200", "401", "429"];

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "healthcheck",
            "Ask the agent on this host, at the first --web.listen-address, whether it is healthy.\n"
            + "Exit code: 0 healthy, 1 not healthy or no answer.");
        command.SetAction((result, stop) => flags.With(result, options => Run(options.ListenAddresses[0], s_timeout, stop)));
        return command;
    }

    internal static async Task<int> Run(IPEndPoint address, TimeSpan timeout, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        try
        {
            var answer = await Ask(address, limit.Token);
            if (Array.Exists(s_alive, status => answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal)))
                return 0;
            Say(address, answer.Split("\r\n") is [{ Length: > 0 } status, .., var body]
                ? $"{status}: {body.TrimEnd()}"
                : "the answer was empty");
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            Say(address, e.Message);
        }
        catch (OperationCanceledException)
        {
            Say(address, $"no answer within {timeout.TotalSeconds} s");
        }
        return 1;
    }

    /// <summary>
    /// Binds the socket to the address that it connects to. That address exists only on this host, so nothing ever leaves the host.
    /// </summary>
    static async Task<Socket> Connect(IPEndPoint address, CancellationToken stop)
    {
        // An agent that serves on every address serves on loopback too, with and without IPv6.
        var isAny = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any);
        var host = isAny ? IPAddress.Loopback : address.Address;
        var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(host, 0));
            await socket.ConnectAsync(new IPEndPoint(host, address.Port), stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static async Task<string> Ask(IPEndPoint address, CancellationToken stop)
    {
        using (var plain = new NetworkStream(await Connect(address, stop), ownsSocket: true))
            if (await Ask(plain, stop) is { Length: > 0 } answer)
                return answer;
        return await AskByTls(address, stop);
    }

    [SuppressMessage("Security", "CA5359", Justification = "The peer is a socket of this host, and nothing secret is sent.")]
    static async Task<string> AskByTls(IPEndPoint address, CancellationToken stop)
    {
        var isAskedForCertificate = false;
        await using var tls = new SslStream(new NetworkStream(await Connect(address, stop), ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                    LocalCertificateSelectionCallback = (_, _, _, server, _) =>
                    {
                        isAskedForCertificate |= server is not null;
                        return null!;
                    },
                },
                stop);
            if (await Ask(tls, stop) is { Length: > 0 } answer)
                return answer;
        }
        catch (Exception e) when (isAskedForCertificate && e is IOException or AuthenticationException)
        {
            // Reported below.
        }

        // The agent asks for a client certificate and closes or resets the connection, which proves as much as 401.
        return isAskedForCertificate ? "HTTP/1.1 401 " : "";
    }

    static async Task<string> Ask(Stream stream, CancellationToken stop)
    {
        await stream.WriteAsync("GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
        var buffer = new byte[4096];
        var length = 0;
        while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), stop) is > 0 and var more)
            length += more;
        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    static void Say(IPEndPoint address, string what) => Console.Error.WriteLine($"tcp-agent: {address} is not healthy: {what}");
}
