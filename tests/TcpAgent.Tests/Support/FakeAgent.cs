using System.Net.Sockets;
using System.Text;

namespace TcpAgent.Tests.Support;

/// <summary>Answers every request on a Unix socket with the same text.</summary>
sealed class FakeAgent : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcp-agent-fake-");
    readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly Task _serving;

    /// <param name="answer">Header and body; null to accept and stay silent.</param>
    internal FakeAgent(string? answer)
    {
        Path = $"{_folder.FullName}/query.sock";
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(8);
        _serving = answer is null ? Task.CompletedTask : Serve(Encoding.UTF8.GetBytes(answer));
    }

    internal string Path { get; }

    /// <summary>Requests answered so far.</summary>
    internal int Answered { get; private set; }

    internal static FakeAgent Of(int status, string body) => new($"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n{body}");

    async Task Serve(byte[] answer)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync();
                await client.ReceiveAsync(buffer);
                await client.SendAsync(answer);
                client.Shutdown(SocketShutdown.Both);
                Answered++;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Over.
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait(TimeSpan.FromSeconds(5));
        _folder.Delete(recursive: true);
    }
}
