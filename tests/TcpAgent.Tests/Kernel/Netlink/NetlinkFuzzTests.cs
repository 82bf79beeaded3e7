using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class NetlinkFuzzTests
{
    const int Seed = 20260802;
    const int Rounds = 10_000;
    const int Datagrams = 4;

    static byte[] Valid(Random random, uint sequence)
    {
        byte[] payload = random.Next(3) switch
        {
            0 => Socket((TcpState)random.Next(1, 12)),
            1 => NewLink(random.Next(), "eth0"),
            _ => NewStats(random.Next(), Counting()),
        };
        ushort[] types = [SockDiag.TCPDIAG_GETSOCK, RTM_NEWLINK, RTM_NEWSTATS, 1, 2, 3, 4];
        byte[] datagram = [.. Message(types[random.Next(3)], sequence, payload), .. Message(types[random.Next(7)], sequence, payload)];
        return datagram;
    }

    /// <summary>Noise, and good datagrams in which a few bytes or the lengths are wrong.</summary>
    static Answer Next(Random random, uint sequence)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        if (random.Next(4) != 0)
        {
            bytes = Valid(random, sequence);
            for (var i = random.Next(2) * random.Next(6); i > 0; i--)
                bytes[random.Next(3) == 0 ? random.Next(Math.Min(40, bytes.Length)) : random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = bytes[..random.Next(random.Next(4) == 0 ? 1 : bytes.Length, bytes.Length + 1)];
        }
        return new Answer(0, bytes, random.Next(50) == 0 ? random.Next(1 << 20) : bytes.Length);
    }

    [Fact]
    public void RandomDatagramsNeitherThrowNorLoop()
    {
        var random = new Random(Seed);
        var reads = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var transport = new ReplayTransport(request =>
                Enumerable.Range(0, Datagrams).Select(_ => Next(random, ReplayTransport.SequenceOf(request))));
            var exception = Record.Exception(() =>
            {
                using var dump = new NetlinkDump(() => (0, transport));
                dump.Begin(Link.StatsRequest());
                var messages = 0;
                while (dump.TryRead(out var type, out var payload))
                {
                    reads++;
                    Assert.True(++messages <= Datagrams * NetlinkDump.BufferLength / NetlinkMessage.HeaderLength);
                    Decode(type, payload);
                }
            });
            Assert.True(exception is null, $"seed {Seed}, round {round}: {exception}");
            Assert.True(transport.Receives <= Datagrams + 1, $"seed {Seed}, round {round}: {transport.Receives} receives");
        }

        // Enough of them must reach the decoders for the test to mean something.
        Assert.True(reads > Rounds);
    }

    static void Decode(ushort type, ReadOnlySpan<byte> payload)
    {
        SockDiag.TryRead(type, payload, out _);
        if (Link.TryReadLink(type, payload, out _, out _, out _, out _))
            Link.Xdp(payload);
        Link.IsVethToElsewhere(payload);
        if (!Link.TryReadStats(type, payload, out _, out var stats))
            return;
        foreach (var stat in Enum.GetValues<LinkStat>())
            Assert.True(Link.Stat(stats, stat) is >= 0 or long.MinValue);
    }

    [Fact]
    public void RandomAttributesNeitherThrowNorLoop()
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);

            // Small lengths are the interesting ones.
            for (var i = 1; i < bytes.Length; i += 2)
                bytes[i] = (byte)(random.Next(10) == 0 ? random.Next(256) : 0);
            var reader = new NetlinkAttributeReader(bytes);
            var read = 0;
            while (reader.TryRead(out _, out _))
                Assert.True(++read <= bytes.Length / 4 + 1, $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void EveryCutOfAMessageIsRefusedOrItsOwn()
    {
        var whole = Message(RTM_NEWSTATS, 1, NewStats(3, Counting()));
        for (var length = 0; length <= whole.Length; length++)
        {
            var cut = whole[..length];
            var reader = new NetlinkMessageReader(cut);
            Assert.Equal(length == whole.Length, reader.TryRead(out _, out _, out _, out _));
            Assert.Equal(length > 0 && length < whole.Length, reader.Malformed);

            // The same cut with a correct length in the header reaches the attributes.
            if (length < NetlinkMessage.HeaderLength)
                continue;
            MemoryMarshal.Write(cut, (uint)length);
            reader = new NetlinkMessageReader(cut);
            Assert.True(reader.TryRead(out var type, out _, out _, out var payload));
            Assert.Equal(length == whole.Length, Link.TryReadStats(type, payload, out _, out _));
        }
    }
}
