using System.Net.Sockets;
using System.Runtime.InteropServices;
using TcpAgent.System;

namespace TcpAgent.Logging;

/// <summary>
/// A connected AF_UNIX datagram socket that never blocks, and reconnects after its receiver restarted. Errors are return values; the
/// callers count them. Not thread safe.
/// </summary>
sealed class DatagramSocket(string path) : IDisposable
{
    // The kernel reads this memory during sendmsg; it is pinned permanently, so that its address stays valid.
    readonly Libc.DescriptorMessage[] _control = GC.AllocateArray<Libc.DescriptorMessage>(1, pinned: true);
    Socket? _socket;
    bool _disposed;

    /// <summary>Connects now instead of with the first datagram.</summary>
    internal SocketError TryConnect() => _socket is null ? Connect() : SocketError.Success;

    internal SocketError Send(ReadOnlySpan<byte> datagram) => Send(datagram, null);

    /// <summary>Sends an empty datagram that carries one open file.</summary>
    internal SocketError SendDescriptor(SafeHandle file) => Send([], file);

    public void Dispose()
    {
        _disposed = true;
        Disconnect();
    }

    SocketError Send(ReadOnlySpan<byte> datagram, SafeHandle? file)
    {
        for (var retried = false; ; retried = true)
        {
            if (TryConnect() is not SocketError.Success and var failure)
                return failure;

            var error = file is null ? SendBytes(datagram) : SendMessage(file);
            if (retried || !ReceiverIsGone(error))
                return error;

            Disconnect();
        }
    }

    // unix(7): the first send to a dead peer gives ECONNREFUSED and dissolves the association, the next gives ENOTCONN.
    static bool ReceiverIsGone(SocketError error) =>
        error is SocketError.ConnectionRefused or SocketError.NotConnected or SocketError.ConnectionReset;

    SocketError SendBytes(ReadOnlySpan<byte> datagram)
    {
        _socket!.Send(datagram, SocketFlags.None, out var error);
        return error;
    }

    SocketError SendMessage(SafeHandle file)
    {
        // The caller keeps the handle open for the duration of the call.
        _control[0] = new Libc.DescriptorMessage
        {
            cmsg_len = Libc.DescriptorMessage.Length,
            cmsg_level = Libc.SOL_SOCKET,
            cmsg_type = Libc.SCM_RIGHTS,
            descriptor = (int)file.DangerousGetHandle(),
        };
        var message = new Libc.MsgHdr
        {
            msg_control = Marshal.UnsafeAddrOfPinnedArrayElement(_control, 0),
            msg_controllen = Libc.DescriptorMessage.Space,
        };
        if (Libc.sendmsg(_socket!.SafeHandle, in message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL) >= 0)
            return SocketError.Success;

        return Marshal.GetLastPInvokeError() switch
        {
            Libc.EAGAIN => SocketError.WouldBlock,
            Libc.ECONNREFUSED => SocketError.ConnectionRefused,
            Libc.ECONNRESET => SocketError.ConnectionReset,
            Libc.ENOTCONN => SocketError.NotConnected,
            _ => SocketError.SocketError,
        };
    }

    SocketError Connect()
    {
        if (_disposed)
            return SocketError.Shutdown;

        Socket? socket = null;
        try
        {
            // sd_notify(3): a leading '@' means the NUL byte of an abstract socket.
            var address = path.StartsWith('@') ? string.Concat("\0", path.AsSpan(1)) : path;
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
            socket.Connect(new UnixDomainSocketEndPoint(address));
            _socket = socket;
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return e.SocketErrorCode;
        }
        catch (ArgumentException)
        {
            // Empty, or longer than sun_path.
            socket?.Dispose();
            return SocketError.AddressNotAvailable;
        }
    }

    void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
