namespace TcpAgent.Kernel.Netlink;

/// <summary>The socket operations that a dump needs. Another implementation replays recorded datagrams in tests.</summary>
interface INetlinkTransport : IDisposable
{
    /// <summary>Returns 0 or the errno.</summary>
    int Send(ReadOnlySpan<byte> request);

    /// <summary>
    /// Returns 0 or the errno; <paramref name="length"/> above the buffer's length means that the datagram was truncated.
    /// </summary>
    int Receive(Span<byte> buffer, bool wait, out int length);
}
