using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpAgent.Tests.Support;

/// <summary>Sends bytes to a server and receives some, without the manners of a real client.</summary>
sealed class RawHttp : IDisposable
{
    readonly Socket _socket;

    RawHttp(Socket socket) => _socket = socket;

    internal Socket Socket => _socket;

    internal static async Task<RawHttp> Connect(int port, string from = "127.0.0.1", int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawHttp(socket);
    }

    internal Task Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    internal async Task Send(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>Reads until the server closes, the text contains what is sought, or the time is up.</summary>
    internal async Task<string> Receive(Func<string, bool> isEnough, int seconds = 10)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (!isEnough(text.ToString()))
            {
                var read = await _socket.ReceiveAsync(buffer, stop.Token);
                if (read == 0)
                    break;
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Closed by a reset, or silent: nothing more will come.
        }
        return text.ToString();
    }

    /// <summary>Whether the server ends the connection within the time.</summary>
    internal async Task<bool> IsClosed(int seconds)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, stop.Token) > 0)
            {
            }
            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
