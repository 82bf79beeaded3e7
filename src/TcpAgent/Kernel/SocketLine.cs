namespace TcpAgent.Kernel;

/// <summary>The first columns of a line of net/tcp or net/tcp6 (net/ipv4/tcp_ipv4.c, get_tcp4_sock and its two siblings).</summary>
/// <param name="Local">The local address and port.</param>
/// <param name="State">A number of the kernel, also one that no program should see.</param>
/// <param name="ReceiveQueue">Bytes that wait to be read; of a listener, connections that wait to be accepted.</param>
readonly record struct SocketLine(Endpoint Local, ulong State, ulong ReceiveQueue)
{
    /// <param name="line">sl, local, remote, st, tx_queue:rx_queue, tr:when and further columns; read up to those.</param>
    /// <param name="socket">The default value unless the columns are in the kernel's format.</param>
    /// <param name="timer">The column tr:when as it is.</param>
    internal static bool TryParse(ref Cursor line, out SocketLine socket, out ReadOnlySpan<byte> timer)
    {
        socket = default;
        timer = default;
        if (!line.TryReadField(out _) || !line.TryReadField(out var local) || !line.TryReadField(out _) || !line.TryReadHex(out var state)
            || !line.TryReadField(out var queues) || queues.IndexOf((byte)':') != 8 || !line.TryReadField(out timer)
            || !Cursor.TryParseHex(queues[9..], out var waiting) || !Endpoint.TryParseHex(local, out var endpoint))
            return false;
        socket = new SocketLine(endpoint, state, waiting);
        return true;
    }
}
