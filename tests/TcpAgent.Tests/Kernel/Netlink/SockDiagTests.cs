using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class SockDiagTests
{
    [Fact]
    public void ARowIsReadAtTheOffsetsOfTheStruct()
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket(TcpState.Listen, family: 10), out var row));
        Assert.Equal(10, row.Family);
        Assert.Equal(TcpState.Listen, row.State);
        Assert.Equal(0, row.Timer);
        Assert.Equal(443, row.SourcePort);
        Assert.Equal(51000, row.DestinationPort);
        Assert.Equal(3u, row.ReceiveQueue);
        Assert.Equal(2u, row.SendQueue);
        Assert.Equal(4_000_000_000u, row.Inode);
    }

    [Fact]
    public void AFinWait2MiniSocketIsKnownByItsTimer()
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, Socket(TcpState.FinWait2, timer: 3), out var row));
        Assert.Equal(TcpState.FinWait2, row.State);
        Assert.Equal(InetDiagRow.TimeWaitTimer, row.Timer);
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
        Assert.Equal(76u, MemoryMarshal.Read<uint>(request));
        Assert.Equal((ushort)18, MemoryMarshal.Read<ushort>(request.AsSpan(4)));
        Assert.Equal(0xfbcu & ~2u, MemoryMarshal.Read<uint>(request.AsSpan(16 + 52)));
        Assert.Equal(0xffeu, MemoryMarshal.Read<uint>(SockDiag.Request(SockDiag.AllStates).AsSpan(16 + 52)));
    }

    [Fact]
    public void TheRequestForSomePortsIsTheKernelsByteCode()
    {
        var request = SockDiag.PortRequest(SockDiag.WaitingStates, SockDiag.WithInfo);
        SockDiag.SetPorts(request, 0x1f90, 0x1fff);
        byte[] expected =
        [
            // struct nlmsghdr: length 96, TCPDIAG_GETSOCK, NLM_F_REQUEST | NLM_F_DUMP, sequence and port id
            96, 0, 0, 0, 18, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0,

            // struct inet_diag_req: family, two lengths, idiag_ext, 48 bytes of id, states 1 and 8, dbs
            0, 0, 0, 2, .. new byte[48], 2, 1, 0, 0, 0, 0, 0, 0,

            // INET_DIAG_REQ_BYTECODE: sport >= 8080, else to 20, four beyond the end; sport <= 8191, else to 12 from there
            20, 0, 1, 0, 2, 8, 20, 0, 0, 0, 0x90, 0x1f, 3, 8, 12, 0, 0, 0, 0xff, 0x1f,
        ];
        Assert.Equal(expected, request);
    }

    [Fact]
    public void OtherPortsTakeThePlaceOfTheFirst()
    {
        var (first, second) = (SockDiag.PortRequest(1, 0), SockDiag.PortRequest(1, 0));
        SockDiag.SetPorts(first, 0x8000, 0xffff);
        SockDiag.SetPorts(first, 22, 22);
        SockDiag.SetPorts(second, 22, 22);
        Assert.Equal(second, first);
    }

    [Fact]
    public void BothEndsHaveTheirAddressAndPort()
    {
        byte[] v4 = Socket(TcpState.Established), v6 = Socket(TcpState.Established, family: 10);
        foreach (var bytes in (byte[][])[v4, v6])
            for (var i = 8; i < 40; i++)
                bytes[i] = (byte)i;
        Assert.Equal(Endpoint.From([8, 9, 10, 11], 443), Row(v4).Local);
        Assert.Equal(Endpoint.From([24, 25, 26, 27], 51000), Row(v4).Remote);
        Assert.Equal(Endpoint.From(v6.AsSpan(8, 16), 443), Row(v6).Local);
        Assert.Equal(Endpoint.From(v6.AsSpan(24, 16), 51000), Row(v6).Remote);
    }

    static InetDiagRow Row(byte[] payload)
    {
        Assert.True(SockDiag.TryRead(SockDiag.TCPDIAG_GETSOCK, payload, out var row));
        return row;
    }

    /// <summary>SK_MEMINFO_RMEM_ALLOC to SK_MEMINFO_DROPS, each holding its place.</summary>
    static byte[] Memory(int values) =>
        Attribute(7, MemoryMarshal.AsBytes<uint>([.. Enumerable.Range(100, values).Select(value => (uint)value)]));

    [Fact]
    public void DropsAreTheNinthWordOfTheMemoryInfo()
    {
        Assert.Equal(108, Row([.. Socket(TcpState.Listen), .. Attribute(15, [1]), .. Memory(9)]).Drops);
        Assert.Equal(108, Row([.. Socket(TcpState.Listen), .. Memory(12)]).Drops);
        Assert.Equal(uint.MaxValue, Row([.. Socket(TcpState.Listen), .. Attribute(7, [.. new byte[32], 255, 255, 255, 255])]).Drops);
    }

    [Fact]
    public void WithAShorterMemoryInfoOrNoneDropsAreAbsent()
    {
        for (var length = 0; length < 36; length++)
            Assert.Equal(long.MinValue, Row([.. Socket(TcpState.Listen), .. Attribute(7, new byte[length])]).Drops);
        Assert.Equal(long.MinValue, Row(Socket(TcpState.Listen)).Drops);
    }

    [Fact]
    public void RetransmitsAndExpiresAreInTheFixedPart()
    {
        var socket = Socket(TcpState.SynRecv);
        socket[3] = 4;
        MemoryMarshal.Write(socket.AsSpan(52), 1_234u);
        var row = Row(socket);
        Assert.Equal(4, row.Retransmits);
        Assert.Equal(1_234u, row.Expires);
    }

    [Fact]
    public void WithAShorterTcpInfoOrNoneTheTimesAreAbsent()
    {
        for (var length = 0; length < 60; length++)
            Assert.Equal(long.MinValue, Row([.. Socket(TcpState.Established), .. Attribute(2, new byte[length])]).Info.LastAckReceived);
        Assert.Equal(long.MinValue, Row([.. Socket(TcpState.Established), .. Memory(40)]).Info.LastAckReceived);
    }

    [Fact]
    public void AttributesWithAWrongLengthAreIgnored()
    {
        byte[] cut = [.. Socket(TcpState.Listen), .. Memory(9)[..20]];
        Assert.Equal(long.MinValue, Row(cut).Drops);
        byte[] endless = [.. Socket(TcpState.Listen), 0, 0, 7, 0, .. Memory(9)];
        Assert.Equal(long.MinValue, Row(endless).Drops);
    }

    [Fact]
    public void TheCookieIsBothWords()
    {
        var message = Socket(TcpState.Listen);
        MemoryMarshal.Write(message.AsSpan(44), 0x1122_3344_5566_7788ul);
        Assert.Equal(0x1122_3344_5566_7788ul, Row(message).Cookie);
    }

    [Fact]
    public void TheLocalAddressIsThatOfTheFamily()
    {
        var message = Socket(TcpState.Listen, family: 2);
        byte[] address = [10, 91, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 7];
        address.CopyTo(message, 8);
        Assert.Equal("10.91.0.1", Row(message).Local.Address.ToString());
        Assert.Equal(443, (int)Row(message).Local.Port);
        message[0] = 10;
        Assert.Equal("a5b:1:ffff:ffff::7", Row(message).Local.Address.ToString());
        Assert.Equal(443, (int)Row(message).Local.Port);
    }
}
