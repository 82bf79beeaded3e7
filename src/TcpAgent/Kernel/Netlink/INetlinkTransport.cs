namespace TcpAgent.Kernel.Netlink;

/// <summary>What a dump needs of a socket. The other implementation replays recorded datagrams in tests.</summary>
interface INetlinkTransport : IDisposable
{
    /// <summary>Returns 0 or the errno.</summary>
    int Send(ReadOnlySpan<byte> request);

    /// <summary>Returns 0 or the errno; <paramref name="length"/> above the buffer's says that the datagram was cut.</summary>
    int Receive(Span<byte> buffer, bool wait, out int length);
}
