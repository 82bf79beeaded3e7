using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// A line of net/tcp or net/tcp6 that shows a listener (net/ipv4/tcp_ipv4.c, get_tcp4_sock). Its receive queue is the number of connections
/// that wait; the kernel does not print the limit there.
/// </summary>
/// <param name="Local">Where it listens.</param>
/// <param name="Waiting">The length of its accept queue.</param>
readonly record struct ListenLine(Endpoint Local, long Waiting)
{
    /// <param name="line">sl, local, remote, st, tx_queue:rx_queue and further columns.</param>
    /// <param name="isListener">False for a socket in another state: the kernel lists those after all listeners.</param>
    /// <param name="listener">The default value unless it is one.</param>
    /// <returns>False if the line is not in the kernel's format.</returns>
    internal static bool TryParse(Cursor line, out bool isListener, out ListenLine listener)
    {
        (isListener, listener) = (false, default);
        if (!SocketLine.TryParse(ref line, out var socket, out _) || socket.ReceiveQueue > uint.MaxValue)
            return false;
        isListener = socket.State == (ulong)TcpState.Listen;
        listener = isListener ? new ListenLine(socket.Local, (long)socket.ReceiveQueue) : default;
        return true;
    }
}
