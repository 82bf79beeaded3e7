using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Kernel.Netlink;

/// <summary>Offsets counted by hand from struct tcp_info of include/uapi/linux/tcp.h.</summary>
public sealed class TcpInfoTests
{
    delegate long Field(TcpInfo info);

    static readonly (string Name, int Offset, int Length, Field Of)[] s_fields =
    [
        ("rcv_mss", 20, 4, info => info.ReceivedSegment),
        ("last_data_sent", 44, 4, info => info.LastDataSent),
        ("last_data_recv", 52, 4, info => info.LastDataReceived),
        ("last_ack_recv", 56, 4, info => info.LastAckReceived),
        ("rtt", 68, 4, info => info.RoundTrip),
        ("total_retrans", 100, 4, info => info.Retransmissions),
        ("bytes_received", 128, 8, info => info.Received),
        ("min_rtt", 148, 4, info => info.LowestRoundTrip),
        ("delivery_rate", 160, 8, info => info.DeliveryRate),
        ("busy_time", 168, 8, info => info.Busy),
        ("rwnd_limited", 176, 8, info => info.ReceiverLimited),
        ("sndbuf_limited", 184, 8, info => info.SendBufferLimited),
        ("bytes_sent", 200, 8, info => info.Sent),
        ("bytes_retrans", 208, 8, info => info.Retransmitted),
        ("dsack_dups", 216, 4, info => info.Spurious),
        ("rcv_wnd", 232, 4, info => info.ReceiveWindow),
    ];

    [Fact]
    public void EachFieldIsAtItsOffset()
    {
        foreach (var (name, offset, length, of) in s_fields)
        {
            var info = new byte[280];
            info.AsSpan(offset, length).Fill(0x11);
            var expected = length == 4 ? 0x1111_1111 : 0x1111_1111_1111_1111;
            Assert.True(expected == of(new TcpInfo(info)), name);
            Assert.All(
                s_fields.Where(other => other.Offset != offset), other => Assert.True(other.Of(new TcpInfo(info)) == 0, other.Name));
        }
    }

    [Fact]
    public void AFieldThatAnOlderKernelLacksIsAbsent()
    {
        foreach (var (name, offset, length, of) in s_fields)
        {
            Assert.True(of(new TcpInfo(new byte[offset + length - 1])) == long.MinValue, name);
            Assert.True(of(new TcpInfo(new byte[offset + length])) == 0, name);
        }
    }

    [Fact]
    public void NoRoundTripYetIsNoLowestOne()
    {
        var info = new byte[280];
        MemoryMarshal.Write(info.AsSpan(148), uint.MaxValue);
        Assert.Equal(long.MinValue, new TcpInfo(info).LowestRoundTrip);
    }

    [Fact]
    public void AValueWithTheHighestBitIsNone()
    {
        var info = new byte[280];
        MemoryMarshal.Write(info.AsSpan(168), ulong.MaxValue);
        Assert.Equal(long.MinValue, new TcpInfo(info).Busy);
    }
}
