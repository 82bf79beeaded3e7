using System.Text;
using TcpAgent.Kernel.Log;
using TcpAgent.System;

namespace TcpAgent.Tests.Support;

/// <summary>A kernel's log whose records the test writes.</summary>
sealed class FakeKernelLog : IKernelLog
{
    readonly Queue<(int Errno, byte[] Bytes)> _records = [];

    /// <summary>What opening it returns.</summary>
    internal int OpenErrno { get; set; }

    internal int Opens { get; private set; }

    internal int Reads { get; private set; }

    internal bool IsDisposed { get; private set; }

    /// <summary>A record that the kernel itself wrote.</summary>
    internal void Say(long sequence, string text) => Write(Encoding.Latin1.GetBytes($"6,{sequence},5140900,-;{text}\n"));

    /// <summary>Any bytes as one record.</summary>
    internal void Write(byte[] record) => _records.Enqueue((0, record));

    /// <summary>An error in place of a record.</summary>
    internal void Fail(int errno) => _records.Enqueue((errno, []));

    public int Open()
    {
        Opens++;
        return OpenErrno;
    }

    public int Read(Span<byte> buffer, out int length)
    {
        Reads++;
        length = 0;
        if (!_records.TryDequeue(out var next))
            return Libc.EAGAIN;
        if (next.Errno != 0 || next.Bytes.Length > buffer.Length)
            return next.Errno != 0 ? next.Errno : Libc.EINVAL;
        next.Bytes.CopyTo(buffer);
        length = next.Bytes.Length;
        return 0;
    }

    public void Dispose() => IsDisposed = true;
}
