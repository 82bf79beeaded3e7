using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Kernel.Nics;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Fuzz;

/// <summary>
/// A network card, whose kernel and driver answer with the input: the number of the driver's statistics as a byte, their names, their
/// values, and then datagrams, each after its length as a byte. A request takes the next datagram.
/// </summary>
static class NicTargets
{
    const ushort RTM_NEWLINK = 16, NLM_F_MULTI = 2;

    /// <summary>Two looks, so that names and counts are compared with those before.</summary>
    internal static void Nics(byte[] input)
    {
        using var links = new LinkNames(new NetlinkDump(() => (0, new OneLink())), () => null);
        var driver = new Driver(input);
        using var source = new Nics(
            new NicReader(new NetlinkDump(() => (0, new InTurn(input[driver.Length..]))) { StaysOpen = true }, driver), links,
            NetlinkTargets.NoRest, new StillTime());
        for (var i = 0; i < 2; i++)
            SourceCheck.Check(source, source.Read(SourceCheck.FirstTick), 0);
    }

    sealed class Driver : IDriverStatistics
    {
        readonly byte[] _names, _values;

        internal Driver(byte[] input)
        {
            var count = input.Length > 0 ? input[0] : 0;
            var names = Math.Min(input.Length, 1 + (count * StatisticNames.Length));
            Length = Math.Min(input.Length, names + (count * sizeof(ulong)));
            (_names, _values) = (input[Math.Min(1, input.Length)..names], input[names..Length]);
        }

        /// <summary>What it took of the input.</summary>
        internal int Length { get; }

        public int Read(ReadOnlySpan<byte> device, out ReadOnlySpan<byte> names, out ReadOnlySpan<byte> values)
        {
            names = _names;
            values = _values;
            return 0;
        }

        public void Close()
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>RTM_NEWLINK with IFLA_IFNAME (3), and the end of the dump.</summary>
    sealed class OneLink : INetlinkTransport
    {
        uint _sequence;

        public int Send(ReadOnlySpan<byte> request)
        {
            _sequence = MemoryMarshal.Read<uint>(request[8..]);
            return 0;
        }

        public int Receive(Span<byte> buffer, bool wait, out int length)
        {
            Span<byte> link = stackalloc byte[24];
            link.Clear();
            MemoryMarshal.Write(link[4..], 2);
            MemoryMarshal.Write(link[16..], 8 | (3 << 16));
            "eth0"u8.CopyTo(link[20..]);
            length = Write(buffer, RTM_NEWLINK, link);
            length += Write(buffer[length..], NetlinkMessage.NLMSG_DONE, stackalloc byte[4]);
            return 0;
        }

        int Write(Span<byte> buffer, ushort type, ReadOnlySpan<byte> payload)
        {
            var message = NetlinkMessage.Request(type, NLM_F_MULTI, payload);
            NetlinkMessage.SetSequence(message, _sequence);
            message.CopyTo(buffer);
            return message.Length;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Messages get the sequence number of the request, whatever they are.</summary>
    sealed class InTurn(byte[] input) : INetlinkTransport
    {
        uint _sequence;
        int _at;

        public int Send(ReadOnlySpan<byte> request)
        {
            _sequence = MemoryMarshal.Read<uint>(request[8..]);
            return 0;
        }

        public int Receive(Span<byte> buffer, bool wait, out int length)
        {
            length = 0;
            if (_at >= input.Length)
                return Libc.ETIMEDOUT;
            var bytes = input.AsSpan(_at + 1, Math.Min(input[_at], input.Length - _at - 1));
            _at += 1 + bytes.Length;
            length = bytes.Length;
            bytes.CopyTo(buffer);
            if (length >= NetlinkMessage.HeaderLength)
                BinaryPrimitives.WriteUInt32LittleEndian(buffer[8..], _sequence);
            return 0;
        }

        public void Dispose()
        {
        }
    }
}
