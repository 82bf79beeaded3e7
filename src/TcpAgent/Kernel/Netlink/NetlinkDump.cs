using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TcpAgent.System;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// Runs dump requests over one transport and returns the replies one at a time from a reused buffer, in constant memory:
/// <code>
/// dump.Begin(request);
/// while (dump.TryRead(out type, out payload))
///     if (a row can be read from it) ... else dump.Refuse();
/// if (dump.Errno != 0) the rows seen are incomplete
/// </code>
/// </summary>
sealed class NetlinkDump(Func<(int Errno, INetlinkTransport? Transport)> open) : IDisposable
{
    /// <summary>netlink_dump() never makes a larger skb (net/netlink/af_netlink.c).</summary>
    internal const int BufferLength = 32 * 1024;

    readonly byte[] _buffer = new byte[BufferLength];
    INetlinkTransport? _transport;
    uint _sequence;
    int _offset;
    int _length;
    int _messages;
    bool _running;

    internal static NetlinkDump For(int protocol, bool staysOpen = false) =>
        new(() => (NetlinkSocket.Open(protocol, 0, out var socket), socket)) { StaysOpen = staysOpen };

    /// <summary>
    /// True for requests that the kernel answers by one message or by an error, such as for an object that it does not have. After that
    /// nothing of the answer is left, and the socket is used again.
    /// </summary>
    internal bool StaysOpen { get; init; }

    /// <summary>0 after a complete dump, otherwise the error that ended it early.</summary>
    internal int Errno { get; private set; }

    /// <summary>True if the table changed during the dump: entries may be missing or duplicated (NLM_F_DUMP_INTR).</summary>
    internal bool Interrupted { get; private set; }

    /// <summary>Messages of this dump that were not in the kernel's format; the first is counted from 1.</summary>
    internal ParseResult Malformed { get; private set; }

    /// <summary>True if the same request may succeed at once: the socket's buffer overflowed, or the table changed meanwhile.</summary>
    internal bool IsWorthRetrying => Errno == Libc.ENOBUFS || (Errno == 0 && Interrupted);

    /// <summary>Sends the request; a failure shows in <see cref="Errno"/> and TryRead returns nothing.</summary>
    internal void Begin(byte[] request)
    {
        (Interrupted, _messages, Malformed) = (false, 0, default);
        _running = false;
        _offset = _length = 0;
        Errno = _transport is null ? Open() : 0;
        if (Errno != 0)
            return;
        NetlinkMessage.SetSequence(request, ++_sequence);
        Errno = _transport!.Send(request);
        _running = Errno == 0;
        if (!_running)
            Close();
    }

    internal bool TryRead(out ushort type, out ReadOnlySpan<byte> payload)
    {
        while (_running)
        {
            var reader = new NetlinkMessageReader(_buffer.AsSpan(_offset, _length - _offset));
            if (!reader.TryRead(out type, out var flags, out var sequence, out payload))
            {
                Receive(reader.Malformed);
                continue;
            }
            _offset += Math.Min(NetlinkMessage.Align(NetlinkMessage.HeaderLength + payload.Length), _length - _offset);

            // Skips replies that an abandoned dump left in the queue.
            if (sequence != _sequence)
                continue;
            Interrupted |= (flags & NetlinkMessage.NLM_F_DUMP_INTR) != 0;
            switch (type)
            {
                case NetlinkMessage.NLMSG_ERROR when StaysOpen && payload.Length >= 4:
                    (_running, Errno) = (false, -MemoryMarshal.Read<int>(payload));
                    break;
                case NetlinkMessage.NLMSG_DONE:
                case NetlinkMessage.NLMSG_ERROR:
                    // Both begin with a negative errno; a DONE of an older kernel may have none.
                    End(payload.Length >= 4 ? -MemoryMarshal.Read<int>(payload) : type == NetlinkMessage.NLMSG_DONE ? 0 : Libc.EBADMSG);
                    break;
                case NetlinkMessage.NLMSG_OVERRUN:
                    End(Libc.ENOBUFS);
                    break;
                case NetlinkMessage.NLMSG_NOOP:
                    break;
                default:
                    _messages++;
                    return true;
            }
        }
        type = 0;
        payload = default;
        return false;
    }

    /// <summary>Counts the message that was read last as one that is not in the kernel's format.</summary>
    internal void Refuse() => Malformed = Malformed.And(_messages);

    void Receive(bool malformed)
    {
        if (malformed)
        {
            End(Libc.EBADMSG);
            return;
        }
        var errno = _transport!.Receive(_buffer, wait: true, out var length);
        if (errno == 0 && length > _buffer.Length)
            errno = Libc.EMSGSIZE;
        if (errno == 0 && length == 0)
            errno = Libc.EBADMSG;
        _offset = 0;
        _length = errno == 0 ? length : 0;
        if (errno != 0)
            End(errno);
    }

    void End(int errno)
    {
        _running = false;
        Errno = errno;

        // After an early end the socket may still hold old replies, so the next dump uses a new one.
        if (errno != 0)
            Close();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    int Open()
    {
        (var errno, _transport) = open();
        return errno;
    }

    internal void Close()
    {
        _transport?.Dispose();
        _transport = null;
        _running = false;
    }

    public void Dispose() => Close();
}
