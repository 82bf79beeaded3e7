using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class SockDiagTests
{
    [Fact]
    public void ARowIsReadAtTheOffsetsOfTheStruct()
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket(TcpState.Listen, family: 10), out var row));
        Assert.Equal((10, TcpState.Listen, 0), (row.Family, row.State, row.Timer));
        Assert.Equal((443, 51000), (row.SourcePort, row.DestinationPort));
        Assert.Equal((3u, 2u, 4_000_000_000u), (row.ReceiveQueue, row.SendQueue, row.Inode));
    }

    [Fact]
    public void AFinWait2MiniSocketIsKnownByItsTimer()
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket(TcpState.FinWait2, timer: 3), out var row));
        Assert.Equal((TcpState.FinWait2, InetDiagRow.TimeWaitTimer), (row.State, row.Timer));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(11, true)]
    [InlineData(0, false)]
    [InlineData(12, false)]
    [InlineData(13, false)]
    [InlineData(255, false)]
    public void OnlyTheElevenStatesAreRows(byte state, bool expected) =>
        Assert.Equal(expected, SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket((TcpState)state), out _));

    [Fact]
    public void AttributesBehindTheStructDoNotMatter() =>
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, [.. Socket(TcpState.Close), .. Attribute(1, new byte[40])], out _));

    [Fact]
    public void AShortOrForeignMessageIsNoRow()
    {
        for (var length = 0; length < 72; length++)
            Assert.False(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket(TcpState.Close).AsSpan(0, length), out _));
        Assert.False(SockDiag.TryRead(20, Socket(TcpState.Close), out _));
    }

    [Fact]
    public void TheRequestAsksForBothFamiliesAndTheGivenStates()
    {
        var request = SockDiag.Request(SockDiag.RareStates);
        Assert.Equal((76u, (ushort)18), (MemoryMarshal.Read<uint>(request), MemoryMarshal.Read<ushort>(request.AsSpan(4))));
        Assert.Equal(0xfbcu & ~2u, MemoryMarshal.Read<uint>(request.AsSpan(16 + 52)));
        Assert.Equal(0xffeu, MemoryMarshal.Read<uint>(SockDiag.Request(SockDiag.AllStates).AsSpan(16 + 52)));
    }
}
