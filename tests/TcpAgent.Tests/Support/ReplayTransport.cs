using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;

namespace TcpAgent.Tests.Support;

/// <summary>The result of one receive: an errno, or bytes and the length that the datagram had before it was cut.</summary>
readonly record struct Answer(int Errno, byte[] Bytes, int Length)
{
    internal static Answer Of(params byte[][] messages)
    {
        byte[] bytes = [.. messages.SelectMany(message => message)];
        return new Answer(0, bytes, bytes.Length);
    }

    internal static Answer Error(int errno) => new(errno, [], 0);
}

/// <summary>A kernel in place of the real one: a function from a request to the datagrams that answer it.</summary>
sealed class ReplayTransport(Func<byte[], IEnumerable<Answer>> kernel) : INetlinkTransport
{
    readonly Queue<Answer> _answers = [];

    internal List<byte[]> Requests { get; } = [];

    internal int Receives { get; private set; }

    internal bool Disposed { get; private set; }

    internal static uint SequenceOf(byte[] request) => MemoryMarshal.Read<uint>(request.AsSpan(8));

    internal static ushort TypeOf(byte[] request) => MemoryMarshal.Read<ushort>(request.AsSpan(4));

    internal void Enqueue(Answer answer) => _answers.Enqueue(answer);

    public int Send(ReadOnlySpan<byte> request)
    {
        Assert.False(Disposed);
        Requests.Add(request.ToArray());
        foreach (var answer in kernel(Requests[^1]))
            _answers.Enqueue(answer);
        return 0;
    }

    public int Receive(Span<byte> buffer, bool wait, out int length)
    {
        Assert.False(Disposed);
        Receives++;
        length = 0;
        if (!_answers.TryDequeue(out var answer))
            return wait ? Libc.ETIMEDOUT : Libc.EAGAIN;
        if (answer.Errno != 0)
            return answer.Errno;
        answer.Bytes.AsSpan(0, Math.Min(answer.Bytes.Length, buffer.Length)).CopyTo(buffer);
        length = answer.Length;
        return 0;
    }

    public void Dispose() => Disposed = true;
}
