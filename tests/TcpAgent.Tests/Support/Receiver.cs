using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TcpAgent.Tests.Support;

/// <summary>The receiving end: a bound datagram socket, like those of systemd and journald.</summary>
sealed class Receiver : IDisposable
{
    readonly Socket _socket;
    readonly byte[] _buffer = new byte[1 << 18];

    internal Receiver(string path)
    {
        Path = path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        _socket.Bind(new UnixDomainSocketEndPoint(path.StartsWith('@') ? "\0" + path[1..] : path));
    }

    internal string Path { get; }

    internal bool IsEmpty => _socket.Available == 0;

    internal byte[] Receive() => _buffer[.._socket.Receive(_buffer)];

    internal string ReceiveText() => Encoding.UTF8.GetString(Receive());

    /// <summary>A datagram that must be empty and carry exactly one file.</summary>
    internal SafeFileHandle ReceiveFile()
    {
        Assert.True(_socket.Poll(5_000_000, SelectMode.SelectRead));
        var data = GCHandle.Alloc(new byte[16], GCHandleType.Pinned);
        var vector = GCHandle.Alloc(new TestLibc.IoVec { Base = data.AddrOfPinnedObject(), Length = 16 }, GCHandleType.Pinned);
        var control = new byte[64];
        var pinned = GCHandle.Alloc(control, GCHandleType.Pinned);
        var message = new TestLibc.MsgHdr
        {
            Vectors = vector.AddrOfPinnedObject(),
            VectorCount = 1,
            Control = pinned.AddrOfPinnedObject(),
            ControlLength = 64,
        };
        var length = TestLibc.recvmsg((int)_socket.Handle, ref message, 0);
        data.Free();
        vector.Free();
        pinned.Free();

        Assert.Equal(0, length);
        Assert.Equal(24u, message.ControlLength);
        Assert.Equal(20, BitConverter.ToInt64(control, 0));
        Assert.Equal(1, BitConverter.ToInt32(control, 8));
        Assert.Equal(1, BitConverter.ToInt32(control, 12));
        return new SafeFileHandle(BitConverter.ToInt32(control, 16), ownsHandle: true);
    }

    /// <summary>Reads until nothing is left and says how many datagrams that were.</summary>
    internal int Drain()
    {
        var count = 0;
        for (; !IsEmpty; count++)
            Receive();
        return count;
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (!Path.StartsWith('@'))
            File.Delete(Path);
    }
}
