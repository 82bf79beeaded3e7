using System.Net.Sockets;
using TcpAgent.System;

namespace TcpAgent.Logging;

/// <summary>Sends one entry to journald: as a datagram, or as a sealed memory file if it is too large for one.</summary>
sealed class JournalSocket(string path) : IDisposable
{
    const int AllSeals = Libc.F_SEAL_SEAL | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_WRITE;

    readonly DatagramSocket _socket = new(path);

    internal bool TryConnect() => _socket.TryConnect() == SocketError.Success;

    internal bool Send(ReadOnlySpan<byte> entry)
    {
        var error = _socket.Send(entry);
        return error is SocketError.MessageSize or SocketError.NoBufferSpaceAvailable
            ? SendSealed(entry)
            : error == SocketError.Success;
    }

    public void Dispose() => _socket.Dispose();

    // MFD_NOEXEC_SEAL is not set: kernels before 6.3 reject it, and older journald requires exactly these four seals.
    bool SendSealed(ReadOnlySpan<byte> entry)
    {
        using var file = Libc.memfd_create("tcp-agent-journal\0"u8, Libc.MFD_ALLOW_SEALING | Libc.MFD_CLOEXEC);
        if (file.IsInvalid)
            return false;

        try
        {
            RandomAccess.Write(file, entry, 0);
        }
        catch (IOException)
        {
            return false;
        }

        return Libc.fcntl(file, Libc.F_ADD_SEALS, AllSeals) == 0 && _socket.SendDescriptor(file) == SocketError.Success;
    }
}
