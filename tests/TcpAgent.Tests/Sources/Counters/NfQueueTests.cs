using System.Text;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class NfQueueTests : IDisposable
{
    const string File = "net/netfilter/nfnetlink_queue";

    readonly TempRoot _root = new();
    readonly NfQueue _source;

    public NfQueueTests() => _source = new NfQueue(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    void Shows(int queue, Expected packets = default, Expected dropped = default, Expected userDropped = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_nfqueue_{metric}", $"queue=\"{queue}\"");
        new Facts($"queue {queue}").Is(packets, Of("packets")).Is(dropped, Of("dropped_total"))
            .Is(userDropped, Of("user_dropped_total")).Verify();
    }

    [Fact]
    public void EachQueueHasItsLengthAndItsDrops()
    {
        _root.Write(File, "    0  31415     7 2 65531     3     4      100  1\n   17  31416     0 2 65531     0     0        9  1\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(0, packets: 7, dropped: 3, userDropped: 4);
        Shows(17, packets: 0, dropped: 0);
    }

    [Fact]
    public void ACountThatWrapsGoesOnRising()
    {
        _root.Write(File, $"0 1 0 2 65531 {uint.MaxValue} 0 1 1\n");
        _source.Read();
        _root.Write(File, "0 1 0 2 65531 4 0 1 1\n");
        _source.Read();
        Shows(0, dropped: (1L << 32) + 4);
    }

    [Fact]
    public void AQueueThatEndedWithItsProgramCountsFromZeroAgain()
    {
        _root.Write(File, $"0 1 0 2 65531 {uint.MaxValue} 0 1 1\n");
        _source.Read();
        _root.Write(File, "");
        _source.Read();
        _root.Write(File, "0 1 0 2 65531 4 0 1 1\n");
        _source.Read();
        Shows(0, dropped: 4);
    }

    [Fact]
    public void QueuesBeyondTheBoundAreOmittedAndOthersMayTakeTheirPlace()
    {
        for (var first = 0; first < 1500; first += 500)
        {
            _root.Write(File, string.Concat(Enumerable.Range(first, 500).Select(queue => $"{queue} 1 {queue} 2 65531 0 0 1 1\n")));
            Assert.Equal(ReadStatus.Ok, _source.Read());
            Assert.Equal(500, _source.Tables[0].Count);
            Assert.Equal(244, _source.Value("tcpagent_nfqueues_omitted"));
            Shows(first + 255, packets: first + 255);
            Assert.False(_source.Tables[0].IsHidden(255));
            Assert.True(_source.Tables[0].IsHidden(256));
        }
    }

    [Fact]
    public void AQueueThatDropsIsExportedBeforeOthers()
    {
        string Lines(int dropped) => string.Concat(
            Enumerable.Range(0, 300).Select(queue => $"{queue} 1 0 2 65531 {(queue == 299 ? dropped : 9)} 0 1 1\n"));
        _root.Write(File, Lines(9));
        _source.Read();
        Assert.True(_source.Tables[0].IsHidden(299));
        _root.Write(File, Lines(10));
        _source.Read();
        Assert.False(_source.Tables[0].IsHidden(299));
        Assert.True(_source.Tables[0].IsHidden(255));
    }

    /// <summary>Kernels up to 3.19 print each column by %d.</summary>
    [Fact]
    public void ACountBelowZeroIsAU32()
    {
        _root.Write(File, "    0 -4171     7 2 65531 -2147483647     4      100  1\n    1 -4172     0 2 65531     0    -1       -9  1\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(0, packets: 7, dropped: 2147483649, userDropped: 4);
        Shows(1, packets: 0, userDropped: 4294967295);
    }

    [Fact]
    public void ColumnsThatAreNotReadMayHoldAnythingAndALengthBelowZeroIsAbsent()
    {
        _root.Write(File, "0 x 7 ? 9x 3 4 many 1\n1 1 -5 2 65531 3 4 1 1\n");
        _source.Read().Shows(Outcome.Partial, line: 2);
        Shows(0, packets: 7, dropped: 3);
        Shows(1, packets: Absent, dropped: 3);
    }

    [Theory]
    [InlineData("0 1 0 2 65531 3\n", 1)]
    [InlineData("0 1 0 2 65531 3 4 1\n", 1)]
    [InlineData("0 1 0 2 65531 4294967296 4 1 1\n", 1)]
    [InlineData("0 1 -1 2 65531 3 4 1 1\n", 1)]
    [InlineData("0 1 0 2 65531 3 4 1 1\n0 1 0 2 65531 3 4 1 1\n", 2)]
    [InlineData("0 1 0 2 65531 3 4 1 1\n99999 1 0 2 65531 3 4 1 1\n", 2)]
    [InlineData("0 1 0 2 65531 3 4 1 1\n1 1 0 2", 2)]
    public void ATornLineIsLeftOut(string text, int line)
    {
        _root.Write(File, text);
        _source.Read().Shows(Outcome.Partial, line: line);
    }

    [Fact]
    public void WithoutTheModuleTheSourceIsAbsentAndWithoutQueuesItIsEmpty()
    {
        Assert.Equal(Outcome.Absent, _source.Read().Outcome);
        _root.Write(File, "");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Empty(_source.Tables[0].Keys());
    }

    [Fact]
    public void AFileThatOnlyRootMayReadIsDeniedNotFailed()
    {
        var status = ReadStatus.Denied(File, Libc.EACCES);
        var state = new SourceState(_source);
        Assert.True(state.Update(status, 0));
        Assert.False(state.Failing);
        Assert.Equal("source=\"nfqueue\",mode=\"denied\"", Encoding.UTF8.GetString(state.ModeInstance!.Labels));
    }

    [Fact]
    public void OfTwoPartsADeniedOneDoesNotCountAndAFailedOneDoes()
    {
        var status = ReadStatus.Denied(File, Libc.EACCES);
        Assert.Equal(ReadStatus.Ok, ReadStatus.Ok.With(status));
        Assert.Equal(Outcome.Failed, status.With(ReadStatus.Failed("x", 5)).Outcome);
    }
}
