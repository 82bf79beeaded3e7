using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>
/// A request to an agent on this host: over its query socket, or over the address that it listens on, by TLS if it wants that. Nothing ever
/// leaves the host.
/// </summary>
static class LocalRequest
{
    /// <summary>Limits the answer; the largest is two hours of history, about 10 MB.</summary>
    const int MostBytes = 32 << 20;

    /// <summary>The address to ask, where an agent listens on this one: one that serves on every address serves on loopback too.</summary>
    internal static IPEndPoint AddressOf(IPEndPoint listen) =>
        listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any)
            ? new IPEndPoint(IPAddress.Loopback, listen.Port)
            : listen;

    internal static async Task<LocalAnswer> Get(EndPoint agent, string path, CancellationToken stop)
    {
        using var plain = new NetworkStream(await Connect(agent, stop), ownsSocket: true);
        var answer = await Ask(plain, path, stop);

        // A server that expects TLS closes the connection without a word.
        return answer is { Status: 0, Body: [] } && agent is IPEndPoint address ? await AskByTls(address, path, stop) : answer;
    }

    /// <summary>
    /// Binds a TCP socket to the address that it connects to. That address exists only on this host, so nothing ever leaves the host.
    /// </summary>
    static async Task<Socket> Connect(EndPoint agent, CancellationToken stop)
    {
        var isTcp = agent is IPEndPoint;
        var socket = new Socket(agent.AddressFamily, SocketType.Stream, isTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (agent is IPEndPoint { Address: var address })
                socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(agent, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The peer is a socket of this host, and nothing secret is sent.")]
    static async Task<LocalAnswer> AskByTls(IPEndPoint agent, string path, CancellationToken stop)
    {
        var isAskedForCertificate = false;
        await using var tls = new SslStream(new NetworkStream(await Connect(agent, stop), ownsSocket: true));
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
            if (await Ask(tls, path, stop) is { Status: > 0 } answer)
                return answer;
        }
        catch (Exception e) when (isAskedForCertificate && e is IOException or AuthenticationException)
        {
            // Reported below.
        }

        // The agent asks for a client certificate and closes or resets the connection, which proves as much as 401.
        return new LocalAnswer(isAskedForCertificate ? 401 : 0, []);
    }

    static async Task<LocalAnswer> Ask(Stream stream, string path, CancellationToken stop)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"), stop);
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (answer.Length < MostBytes && await stream.ReadAsync(buffer, stop) is > 0 and var length)
            answer.Write(buffer, 0, length);
        return LocalAnswer.Parse(answer.GetBuffer().AsSpan(0, (int)answer.Length));
    }
}
