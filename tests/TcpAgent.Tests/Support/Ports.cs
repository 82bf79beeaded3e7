using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TcpAgent.Tests.Support;

static class Ports
{
    /// <summary>Two servers of one test start later than both are chosen, so no port is given twice.</summary>
    static readonly ConcurrentDictionary<int, bool> s_given = [];

    /// <summary>Below the ports that the kernel gives to clients (ip_local_port_range), so that no connection takes it meanwhile.</summary>
    internal static int Free()
    {
        for (; ; )
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (!s_given.TryAdd(port, true))
                continue;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Already in use.
            }
        }
    }
}
