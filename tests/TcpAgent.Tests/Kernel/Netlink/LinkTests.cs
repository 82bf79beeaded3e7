using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class LinkTests
{
    [Fact]
    public void ALinkHasItsIndexNameQueueLengthAndPromiscuity()
    {
        Assert.True(
            Link.TryReadLink(RTM_NEWLINK, NewLink(7, "eth0", 1000, 2), out var index, out var name, out var queueLength,
                out var promiscuity));
        Assert.Equal(7, index);
        Assert.Equal("eth0", Encoding.ASCII.GetString(name));
        Assert.Equal(1000, queueLength);
        Assert.Equal(2, promiscuity);
    }

    [Fact]
    public void AMissingAttributeIsAbsent()
    {
        byte[] payload = [.. new byte[16], .. Attribute(99, [1]), .. Attribute(3, "lo\0"u8), .. Attribute(13, [1, 2])];
        Assert.True(Link.TryReadLink(RTM_NEWLINK, payload, out _, out _, out var queueLength, out var promiscuity));
        Assert.Equal(long.MinValue, queueLength);
        Assert.Equal(long.MinValue, promiscuity);
    }

    /// <summary>IFLA_XDP is 43, IFLA_XDP_FD 1, IFLA_XDP_ATTACHED 2.</summary>
    [Fact]
    public void HowAnXdpProgramIsAttachedIsRead()
    {
        byte[] Xdp(params byte[] attached) =>
            [.. NewLink(7, "eth0"), .. Attribute(0x8000 | 43, [.. Attribute(1, Int32(9)), .. Attribute(2, attached)])];
        Assert.Equal(2, Link.Xdp(Xdp(2)));
        Assert.Equal(0, Link.Xdp(Xdp(0)));
        Assert.Equal(long.MinValue, Link.Xdp(Xdp()));
        Assert.Equal(long.MinValue, Link.Xdp(NewLink(7, "eth0")));
    }

    [Fact]
    public void TheFlagsOfAnAttributesTypeAreNotPartOfIt()
    {
        byte[] payload = [.. new byte[16], .. Attribute(0x8000 | 3, "lo\0"u8)];
        Assert.True(Link.TryReadLink(RTM_NEWLINK, payload, out _, out var name, out _, out _));
        Assert.Equal("lo", Encoding.ASCII.GetString(name));
    }

    [Fact]
    public void AMessageWithoutANameOrOfAnotherTypeIsNoLink()
    {
        Assert.False(Link.TryReadLink(RTM_NEWLINK, new byte[16], out _, out _, out _, out _));
        Assert.False(Link.TryReadLink(RTM_NEWLINK, new byte[15], out _, out _, out _, out _));
        Assert.False(Link.TryReadLink(17, NewLink(1, "lo"), out _, out _, out _, out _));
        Assert.False(Link.TryReadLink(RTM_NEWLINK, NewLink(1, ""), out _, out _, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(200)]
    [InlineData(65535)]
    public void AnAttributeWithAnImpossibleLengthEndsTheAttributes(int length)
    {
        byte[] payload = [.. new byte[16], .. Attribute(13, Int32(5)), .. Attribute(3, "lo\0"u8)];
        MemoryMarshal.Write(payload.AsSpan(24), (ushort)length);
        Assert.False(Link.TryReadLink(RTM_NEWLINK, payload, out _, out _, out var queueLength, out _));
        Assert.Equal(5, queueLength);
    }

    /// <summary>A macvlan device in a container names the namespace of the device below it.</summary>
    [Theory]
    [InlineData("veth", 0, true)]
    [InlineData("veth", null, false)]
    [InlineData("macvlan", 0, false)]
    [InlineData("vet", 0, false)]
    public void AVethDeviceMayLeadElsewhere(string kind, int? namespaceId, bool isElsewhere)
    {
        byte[] payload = [.. NewLink(2, "veth0"), .. InfoKind(kind), .. namespaceId is { } id ? Attribute(37, Int32(id)) : []];
        Assert.Equal(isElsewhere, Link.IsVethToElsewhere(payload));
    }

    [Fact]
    public void EachStatIsAtItsPlace()
    {
        Assert.True(Link.TryReadStats(RTM_NEWSTATS, NewStats(3, Counting()), out var index, out var stats));
        Assert.Equal(3, index);
        foreach (var stat in Enum.GetValues<LinkStat>())
            Assert.Equal((long)stat, Link.Stat(stats, stat));

        // Against the header, not against the enum itself.
        Assert.Equal(6, Link.Stat(stats, LinkStat.rx_dropped));
        Assert.Equal(15, Link.Stat(stats, LinkStat.rx_missed_errors));
        Assert.Equal(23, Link.Stat(stats, LinkStat.rx_nohandler));
    }

    [Fact]
    public void AnOlderKernelsShorterStructLacksRxNohandler()
    {
        Assert.True(Link.TryReadStats(RTM_NEWSTATS, NewStats(3, Counting()[..23]), out _, out var stats));
        Assert.Equal(long.MinValue, Link.Stat(stats, LinkStat.rx_nohandler));
        Assert.Equal(15, Link.Stat(stats, LinkStat.rx_missed_errors));
    }

    [Fact]
    public void AStatAbove63BitsIsClamped()
    {
        Link.TryReadStats(RTM_NEWSTATS, NewStats(3, ulong.MaxValue), out _, out var stats);
        Assert.Equal(long.MaxValue, Link.Stat(stats, LinkStat.rx_packets));
    }

    [Fact]
    public void AMessageWithoutTheAttributeOrOfAnotherTypeIsNoStats()
    {
        Assert.False(Link.TryReadStats(RTM_NEWSTATS, new byte[12], out _, out _));
        Assert.False(Link.TryReadStats(RTM_NEWSTATS, new byte[11], out _, out _));
        Assert.False(Link.TryReadStats(RTM_NEWLINK, NewStats(3, Counting()), out _, out _));
    }

    [Fact]
    public void TheRequestsLeaveTheCountersOutOfLinksAndAskForThe64BitOnes()
    {
        var link = Link.LinkRequest();
        Assert.Equal(40u, MemoryMarshal.Read<uint>(link));
        Assert.Equal((ushort)18, MemoryMarshal.Read<ushort>(link.AsSpan(4)));
        Assert.Equal((ushort)8, MemoryMarshal.Read<ushort>(link.AsSpan(32)));
        Assert.Equal((ushort)29, MemoryMarshal.Read<ushort>(link.AsSpan(34)));
        Assert.Equal(8u, MemoryMarshal.Read<uint>(link.AsSpan(36)));
        var stats = Link.StatsRequest();
        Assert.Equal(28u, MemoryMarshal.Read<uint>(stats));
        Assert.Equal((ushort)94, MemoryMarshal.Read<ushort>(stats.AsSpan(4)));
        Assert.Equal(1u, MemoryMarshal.Read<uint>(stats.AsSpan(24)));
    }
}
