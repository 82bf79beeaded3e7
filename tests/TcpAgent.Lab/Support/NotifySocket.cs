using System.Net.Sockets;
using System.Text;

namespace TcpAgent.Lab.Support;

/// <summary>The supervisor's end of sd_notify(3): keeps every datagram, in order.</summary>
sealed class NotifySocket : IDisposable
{
    readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    readonly List<string> _said = [];

    internal NotifySocket()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(Address));
        _ = Task.Run(Keep);
    }

    internal string Address { get; } = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");

    internal string[] Said
    {
        get
        {
            lock (_said)
                return [.. _said];
        }
    }

    internal int Count(string said) => Said.Count(one => one == said);

    internal Task Hears(string said, int times = 1) => Eventually.Holds(
        () => Task.FromResult(Count(said) >= times), TimeSpan.FromSeconds(20), () => $"'{said}' in:\n{string.Join("\n--\n", Said)}");

    void Keep()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var n = _socket.Receive(buffer);
                lock (_said)
                    _said.Add(Encoding.UTF8.GetString(buffer, 0, n));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(Address);
    }
}
