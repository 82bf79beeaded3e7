using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class NetlinkDumpTests
{
    const ushort Data = 77;

    readonly List<ReplayTransport> _opened = [];
    readonly byte[] _request = NetlinkMessage.DumpRequest(Data, [1, 2, 3, 4, 5]);

    NetlinkDump Dump(Func<uint, Answer[]> answers) => new(() =>
    {
        _opened.Add(new ReplayTransport(request => answers(ReplayTransport.SequenceOf(request))));
        return (0, _opened[^1]);
    });

    /// <summary>The first byte of each row's payload.</summary>
    string Run(NetlinkDump dump)
    {
        var rows = new List<byte>();
        dump.Begin(_request);
        while (dump.TryRead(out var type, out var payload))
        {
            Assert.Equal(Data, type);
            rows.Add(payload[0]);
        }
        Assert.False(dump.TryRead(out _, out _));
        return string.Join(' ', rows);
    }

    static byte[] Row(uint sequence, byte content, ushort flags = NLM_F_MULTI) => Message(Data, sequence, [content], flags);

    [Fact]
    public void ADumpOfSeveralDatagramsIsReadToItsEnd()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1), Row(s, 2)), Answer.Of(Row(s, 3)), Answer.Of(Row(s, 4), Done(s))]);
        Assert.Equal("1 2 3 4", Run(dump));
        Assert.Equal(0, dump.Errno);
        Assert.False(dump.Interrupted);
        Assert.Equal("1 2 3 4", Run(dump));
        Assert.Single(_opened);
        Assert.Equal(6, _opened[0].Receives);
        Assert.NotEqual(ReplayTransport.SequenceOf(_opened[0].Requests[0]), ReplayTransport.SequenceOf(_opened[0].Requests[1]));
    }

    [Fact]
    public void TheRequestIsADumpOfTheStatedLength()
    {
        using var dump = Dump(s => [Answer.Of(Done(s))]);
        Run(dump);
        var sent = _opened[0].Requests[0];
        Assert.Equal(16u + 5, MemoryMarshal.Read<uint>(sent));
        Assert.Equal(24, sent.Length);
        Assert.Equal(0x301, MemoryMarshal.Read<ushort>(sent.AsSpan(6)));
    }

    [Fact]
    public void ADoneOfAnOlderKernelHasNoPayload()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1), Message(NetlinkMessage.NLMSG_DONE, s, []))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(0, dump.Errno);
        Assert.False(_opened[0].Disposed);
    }

    [Theory]
    [InlineData(NetlinkMessage.NLMSG_DONE)]
    [InlineData(NetlinkMessage.NLMSG_ERROR)]
    public void AnErrorInMidDumpEndsTheDumpAndTheSocket(ushort type)
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1), Message(type, s, Int32(-Libc.ENOENT)), Row(s, 2)), Answer.Of(Done(s))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.ENOENT, dump.Errno);
        Assert.True(_opened[0].Disposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void AnErrorWithoutItsNumberIsMalformed(int length)
    {
        using var dump = Dump(s => [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, s, new byte[length]))]);
        Assert.Equal("", Run(dump));
        Assert.Equal(Libc.EBADMSG, dump.Errno);
    }

    [Fact]
    public void AnOverrunIsLostMessages()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1), Message(NetlinkMessage.NLMSG_OVERRUN, s, []))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.ENOBUFS, dump.Errno);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADumpDuringAChangeIsCompleteButInterrupted(bool onRow)
    {
        var flag = (ushort)(NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR);
        var interrupted = true;
        using var dump = Dump(s => interrupted
            ? [Answer.Of(Row(s, 1, onRow ? flag : NLM_F_MULTI), Done(s, onRow ? NLM_F_MULTI : flag))]
            : [Answer.Of(Row(s, 1), Done(s))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(0, dump.Errno);
        Assert.True(dump.Interrupted);
        interrupted = false;
        Run(dump);
        Assert.False(dump.Interrupted);
    }

    [Fact]
    public void RepliesToAnOlderRequestAreSkipped()
    {
        using var dump = Dump(
            s => [Answer.Of(Row(s - 1, 8), Done(s - 1), Row(s, 1)), Answer.Of(Row(s + 1, 9)), Answer.Of(Row(s, 2), Done(s))]);
        Assert.Equal("1 2", Run(dump));
        Assert.Equal(0, dump.Errno);
    }

    [Fact]
    public void NoopsAreSkipped()
    {
        using var dump = Dump(s => [Answer.Of(Message(NetlinkMessage.NLMSG_NOOP, s, []), Row(s, 1), Done(s))]);
        Assert.Equal("1", Run(dump));
    }

    [Fact]
    public void ADatagramLongerThanTheBufferIsRefused()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1)), Answer.Of(Row(s, 2)) with { Length = NetlinkDump.BufferLength + 1 }]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.EMSGSIZE, dump.Errno);
    }

    [Fact]
    public void ASilentKernelTimesOutAndTheNextDumpOpensANewSocket()
    {
        var silent = true;
        using var dump = Dump(s => silent ? [Answer.Of(Row(s, 1))] : [Answer.Of(Row(s, 2), Done(s))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.ETIMEDOUT, dump.Errno);
        Assert.True(_opened[0].Disposed);
        silent = false;
        Assert.Equal("2", Run(dump));
        Assert.Equal(0, dump.Errno);
        Assert.Equal(2, _opened.Count);
    }

    [Fact]
    public void AnEmptyDatagramIsMalformed()
    {
        using var dump = Dump(_ => [Answer.Of()]);
        Assert.Equal("", Run(dump));
        Assert.Equal(Libc.EBADMSG, dump.Errno);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(21u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xffff_ffffu)]
    public void AnImpossibleLengthIsMalformed(uint length)
    {
        using var dump = Dump(s =>
        {
            var lie = Row(s, 2);
            MemoryMarshal.Write(lie, length);
            return [Answer.Of(Row(s, 1), lie)];
        });
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.EBADMSG, dump.Errno);
    }

    [Fact]
    public void BytesBehindTheLastMessageAreMalformed()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1), new byte[5]), Answer.Of(Done(s))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(Libc.EBADMSG, dump.Errno);
    }

    [Fact]
    public void AnUnpaddedLastMessageIsRead()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1)[..17]), Answer.Of(Done(s))]);
        Assert.Equal("1", Run(dump));
        Assert.Equal(0, dump.Errno);
    }

    [Fact]
    public void ASocketThatCannotBeOpenedIsTheError()
    {
        using var dump = new NetlinkDump(() => (Libc.EAFNOSUPPORT, null));
        Assert.Equal("", Run(dump));
        Assert.Equal(Libc.EAFNOSUPPORT, dump.Errno);
    }

    [Fact]
    public void ADumpThatIsAbandonedDoesNotSpoilTheNext()
    {
        using var dump = Dump(s => [Answer.Of(Row(s, 1)), Answer.Of(Row(s, 2)), Answer.Of(Done(s))]);
        dump.Begin(_request);
        Assert.True(dump.TryRead(out _, out _));
        Assert.Equal("1 2", Run(dump));
        Assert.Equal(0, dump.Errno);
    }
}
