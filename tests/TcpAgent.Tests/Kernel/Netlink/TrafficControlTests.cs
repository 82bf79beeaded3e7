using System.Text;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class TrafficControlTests
{
    [Fact]
    public void ARootIsReadWithItsStatistics()
    {
        Assert.True(TrafficControl.TryRead(
            RTM_NEWQDISC, Qdisc(
                7, "fq_codel", bytes: 1L << 40, packets: 1L << 36, qlen: 3, backlog: 4500, drops: 9, requeues: 2, overlimits: 1,
                options: Attribute(2, Int32(10240))),
            out var row));
        Assert.Equal(7, row.Index);
        Assert.True(row.IsRoot);
        Assert.Equal("fq_codel", Encoding.ASCII.GetString(row.Kind));
        Assert.Equal(1L << 40, row.Bytes);
        Assert.Equal(1L << 36, row.Packets);
        Assert.True(row.HasPackets64);
        Assert.Equal(3, row.QueuePackets);
        Assert.Equal(4500, row.QueueBytes);
        Assert.Equal(9, row.Drops);
        Assert.Equal(1, row.Overlimits);
        Assert.Equal(10240, row.LimitPackets);
        Assert.Equal(long.MinValue, row.LimitBytes);
    }

    [Fact]
    public void EachKindKeepsItsLimitElsewhere()
    {
        byte[] tbf = [.. new byte[24], .. Int32(3072), .. new byte[8]];
        (string, byte[], long, long)[] kinds =
        [
            ("pfifo", Int32(1000), 1000, long.MinValue), ("bfifo", Int32(15000), long.MinValue, 15000),
            ("tbf", Attribute(1, tbf), long.MinValue, 3072),
            ("fq", Attribute(1, Int32(10000)), 10000, long.MinValue), ("codel", Attribute(2, Int32(500)), 500, long.MinValue),
            ("htb", Attribute(2, Int32(500)), long.MinValue, long.MinValue),
            ("tbf", Attribute(1, tbf.AsSpan(0, 26)), long.MinValue, long.MinValue),
        ];
        foreach (var (kind, options, packets, bytes) in kinds)
        {
            Assert.True(TrafficControl.TryRead(RTM_NEWQDISC, Qdisc(1, kind, options: options), out var row));
            Assert.Equal(packets, row.LimitPackets);
            Assert.Equal(bytes, row.LimitBytes);
        }
    }

    [Fact]
    public void NoMessageThrows()
    {
        var whole = Qdisc(7, "tbf", drops: 9, options: Attribute(1, new byte[36]));
        for (var length = 0; length <= whole.Length; length++)
            TrafficControl.TryRead(RTM_NEWQDISC, whole.AsSpan(0, length), out _);
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = 0; i < 3; i++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            TrafficControl.TryRead(RTM_NEWQDISC, damaged, out _);
        }
    }
}
