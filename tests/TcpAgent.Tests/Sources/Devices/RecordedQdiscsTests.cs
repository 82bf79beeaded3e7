using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>A recorded dump of a real kernel's qdiscs, whole and damaged.</summary>
public class RecordedQdiscsTests
{
    const int Seed = 20260805;

    static Qdiscs Source(RecordedDump qdiscs) =>
        new(qdiscs.Dump, new LinkNames(new RecordedDump("links.bin").Dump, () => new ReplayTransport(_ => [])));

    static string Describe(Qdiscs source, int instance)
    {
        var table = source.Tables[0];
        var values = table[instance].Values.ToArray().Select(value => value == KernelValue.Absent ? "-" : $"{value}");
        return $"{table.KeyText(instance).Replace("\"", "", StringComparison.Ordinal)}: {string.Join(' ', values)} "
            + $"{table.InstanceAt(instance) is QdiscInstance { DropsEarly: false }}";
    }

    static string[] Rows(Qdiscs source) => [.. Enumerable.Range(0, source.Tables[0].Count).Select(instance => Describe(source, instance))];

    /// <summary>qlen backlog, limit in packets and in bytes, packets bytes drops overlimits, and whether drops mean full.</summary>
    [Fact]
    public void EachDeviceHasTheFiguresOfItsRoot()
    {
        using var source = Source(new("qdisc.bin"));
        Assert.Equal(ReadStatus.Ok, source.Read());
        string[] expected =
        [
            "device=t0,kind=tbf: 3 3042 - 3072 2 2028 15 18 True",

            // Its own 100 kB are no limit, because a pfifo of 5 packets replaces its queue.
            "device=c0,kind=tbf: 5 5070 5 - 2 2028 13 18 True",
            "device=p0,kind=pfifo: 0 0 77 - 3 3042 0 0 True",
            "device=b0,kind=bfifo: 0 0 - 15000 3 3042 0 0 True",
            "device=h0,kind=htb: 6 6084 - - 2 2028 12 1 True",
            "device=m0,kind=mq: 0 0 - - 0 0 0 0 True",
            "device=u0,kind=pfifo_fast: 0 0 321 - 0 0 0 0 True",
        ];
        Assert.Equal(expected, Rows(source));
        Assert.Equal(0, source.Value("tcpagent_qdiscs_omitted"));
    }

    [Fact]
    public void ACutDumpFailsWholeAndNamesNothing()
    {
        var lengths = new RecordedDump("qdisc.bin").Datagrams.Select(datagram => datagram.Length).ToArray();
        for (var datagram = 0; datagram < lengths.Length; datagram++)
        {
            for (var length = 0; length < lengths[datagram]; length++)
            {
                var recorded = new RecordedDump("qdisc.bin");
                recorded.Datagrams[datagram] = recorded.Datagrams[datagram][..length];
                recorded.Datagrams.RemoveRange(datagram + 1, lengths.Length - datagram - 1);
                using var source = Source(recorded);
                var status = source.Read();
                Assert.True(
                    status is { Outcome: Outcome.Failed, Errno: Libc.EBADMSG or Libc.ETIMEDOUT },
                    $"datagram {datagram} cut at {length}: {status}");
                Assert.Empty(Rows(source));
            }
        }
    }

    [Fact]
    public void ADamagedDumpNeitherThrowsNorNamesADeviceTwice()
    {
        var random = new Random(Seed);
        var whole = new RecordedDump("qdisc.bin").Datagrams.ToArray();
        var recorded = new RecordedDump("qdisc.bin");
        using var source = Source(recorded);
        var rows = 0;
        for (var round = 0; round < 5_000; round++)
        {
            for (var i = 0; i < whole.Length; i++)
                recorded.Datagrams[i] = Damage(random, whole[i]);
            var status = default(ReadStatus);
            var exception = Record.Exception(() => status = source.Read(new Tick(round, round, IsSlow: false)));
            Assert.True(exception is null, $"seed {Seed}, round {round}: {exception}");
            var keys = source.Tables[0].Keys();
            Assert.True(keys.Length == keys.Distinct().Count(), $"seed {Seed}, round {round}: {string.Join(' ', keys)}");
            Assert.True(status.Outcome is Outcome.Ok or Outcome.Partial || keys.Length == 0, $"seed {Seed}, round {round}: {status}");
            for (var instance = 0; instance < keys.Length; instance++)
                Assert.False(
                    source.Tables[0][instance].Values.ContainsAnyInRange(KernelValue.Absent + 1, -1),
                    $"seed {Seed}, round {round}: {Describe(source, instance)}");
            rows += keys.Length;
        }

        // Enough rows must come through for the test to mean something.
        Assert.True(rows > 5_000, $"{rows}");
        for (var i = 0; i < whole.Length; i++)
            recorded.Datagrams[i] = whole[i];
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(7, source.Tables[0].Count);
    }

    /// <summary>Changes a few bytes after the message headers, or overwrites one message with another.</summary>
    static byte[] Damage(Random random, byte[] whole)
    {
        var bytes = (byte[])whole.Clone();
        var messages = RecordedDump.Messages(whole).ToArray();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var (from, to) = (messages[random.Next(messages.Length)], messages[random.Next(messages.Length)]);
            var length = Math.Min(MemoryMarshal.Read<int>(whole.AsSpan(from)), MemoryMarshal.Read<int>(whole.AsSpan(to)));
            if (random.Next(3) == 0)
                whole.AsSpan(from + NetlinkMessage.HeaderLength, length - NetlinkMessage.HeaderLength)
                    .CopyTo(bytes.AsSpan(to + NetlinkMessage.HeaderLength));
            else
                bytes[to + random.Next(NetlinkMessage.HeaderLength, length)] = (byte)random.Next(256);
        }
        return bytes;
    }
}
