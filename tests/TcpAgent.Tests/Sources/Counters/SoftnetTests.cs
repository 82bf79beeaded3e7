using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class SoftnetTests : IDisposable
{
    readonly TempRoot _root = new();
    readonly Softnet _source;

    public SoftnetTests() => _source = new Softnet(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    static string Line(uint processed, int columns, uint cpu = 0) =>
        $"{processed:x8} {string.Join(' ', Enumerable.Range(2, columns - 1).Select(i => i == 13 ? $"{cpu:x8}" : $"{i:x8}"))} \n";

    void Write(string softnet, string? online = null)
    {
        _root.Write("net/softnet_stat", softnet);
        if (online is not null)
            _root.Write("devices/system/cpu/online", online);
    }

    /// <summary>What is exported of one CPU, or of all.</summary>
    void Shows(
        string cpu, Expected processed = default, Expected dropped = default, Expected backlog = default, Expected receivedRps = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_softnet_{metric}", cpu);
        new Facts(cpu).Is(processed, Of("processed_total")).Is(dropped, Of("dropped_total")).Is(backlog, Of("backlog_packets"))
            .Is(receivedRps, Of("received_rps_total")).Verify();
    }

    [Fact]
    public void TheCpuIsTheOneInTheLineWhereTheKernelPrintsIt()
    {
        // CPU 1 is offline. The online map is wrong on purpose: nothing may read it.
        Write(Line(10, 13, cpu: 0) + Line(12, 13, cpu: 2) + Line(13, 15, cpu: 3), "0-7\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["cpu=\"0\"", "cpu=\"2\"", "cpu=\"3\""], _source.Tables[0].Keys());
        Shows("cpu=\"0\"", processed: 10);
        Shows("cpu=\"2\"", processed: 12, backlog: 12);
        Shows("cpu=\"3\"", processed: 13);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void WithoutTheIdTheLinesAreTheOnlineCpus(int columns)
    {
        Write(Line(10, columns) + Line(12, columns) + Line(13, columns), "0,2-3\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["cpu=\"0\"", "cpu=\"2\"", "cpu=\"3\""], _source.Tables[0].Keys());
        Shows("cpu=\"2\"", processed: 12, backlog: Absent);
    }

    [Theory]
    [InlineData("0-1\n")]
    [InlineData("0-3\n")]
    [InlineData("nonsense\n")]
    [InlineData("\n")]
    [InlineData("9223372036854775807\n")]
    public void WithAnOnlineMapOfAnotherLengthOnlyTheSumIsExported(string online)
    {
        Write(Line(10, 11) + Line(12, 11) + Line(13, 11), online);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal("cpu=\"all\"", Assert.Single(_source.Tables[0].Keys()));
        Shows("cpu=\"all\"", processed: 35, dropped: 6, backlog: Absent);
        Assert.Equal(0, _source.Malformed);
    }

    [Fact]
    public void WhenTheOnlineMapFitsAgainEachCpuIsExported()
    {
        Write(Line(10, 11) + Line(12, 11) + Line(13, 11), "0-1\n");
        _source.Read();
        Write(Line(10, 11) + Line(12, 11) + Line(13, 11), "0,2-3\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(3, _source.Tables[0].Count);
    }

    /// <summary>lxcfs shows a container fewer CPUs online than softnet_stat has lines.</summary>
    [Theory]
    [InlineData("present")]
    [InlineData("possible")]
    public void WhereOnlineFitsOnlyAContainerTheLinesAreThePresentOrPossibleCpus(string list)
    {
        Write(Line(10, 11) + Line(12, 11) + Line(13, 11), "0-1\n");
        _root.Write($"devices/system/cpu/{list}", "0-2\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["cpu=\"0\"", "cpu=\"1\"", "cpu=\"2\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void ASumOfLinesThatWrapGoesOnRisingAndStartsAgainWithAnotherNumberOfLines()
    {
        Write(Line(uint.MaxValue, 11) + Line(5, 11), "0\n");
        _source.Read();
        var all = _source.Tables[0].InstanceAt(0);
        Write(Line(4, 11) + Line(6, 11), "0\n");
        _source.Read();
        Shows("cpu=\"all\"", processed: (1L << 32) + 10);
        Assert.Same(all, _source.Tables[0].InstanceAt(0));
        Write(Line(4, 11) + Line(6, 11) + Line(1, 11), "0\n");
        _source.Read();
        Shows("cpu=\"all\"", processed: 11);
        Assert.NotSame(all, _source.Tables[0].InstanceAt(0));
        Write(Line(4, 11) + "torn\n" + Line(1, 11), "0\n");
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
    }

    [Fact]
    public void AColumnThatIsNotReadMayHoldAnything()
    {
        Write("0a 02 03 x -1 ? 0 0 0 5 6 \n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("cpu=\"0\"", processed: 10, receivedRps: 5);
    }

    [Fact]
    public void WithoutSysfsAllCpusAreTakenToBeOnline()
    {
        Write(Line(10, 11) + Line(12, 11));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["cpu=\"0\"", "cpu=\"1\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void AFileWithMoreLinesThanAnyKernelHasCpusFails()
    {
        Write(string.Concat(Enumerable.Repeat(Line(1, 9), 8192)));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(8192, _source.Tables[0].Count);
        Write(string.Concat(Enumerable.Repeat(Line(1, 9), 8193)));
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Equal(0, _source.Tables[0].Count);
    }

    [Fact]
    public void ATornLineDoesNotShiftTheCpusAfterIt()
    {
        Write(Line(10, 11) + "0000000b 00000000\n" + Line(13, 11), "0,2-3\n");
        var status = _source.Read();
        status.Shows(Outcome.Partial, line: 2);
        Assert.Equal(["cpu=\"0\"", "cpu=\"3\""], _source.Tables[0].Keys());
        Shows("cpu=\"3\"", processed: 13);
    }

    [Fact]
    public void CountersOfACpuThatWasOfflineGoOn()
    {
        Write(Line(0xffff_fff0, 13, cpu: 0) + Line(0xffff_fff0, 13, cpu: 1));
        _source.Read();
        Write(Line(0x10, 13, cpu: 1));
        _source.Read();
        Shows("cpu=\"1\"", processed: 0x1_0000_0010);
        Shows("cpu=\"0\"", processed: Absent);
        Write(Line(0xffff_fff4, 13, cpu: 0) + Line(0x11, 13, cpu: 1));
        _source.Read();
        Shows("cpu=\"0\"", processed: 0xffff_fff4);
        Shows("cpu=\"1\"", processed: 0x1_0000_0011);
    }

    [Fact]
    public void AResetIsExportedAsItIs()
    {
        Write(Line(5_000_000, 13, cpu: 1));
        _source.Read();
        Write(Line(3, 13, cpu: 1));
        _source.Read();
        Shows("cpu=\"1\"", processed: 3);
    }

    [Fact]
    public void TheBacklogIsAGaugeAndNotWidened()
    {
        Write("0 0 0 0 0 0 0 0 0 0 0 ffffffff 0\n");
        _source.Read();
        Write("0 0 0 0 0 0 0 0 0 0 0 00000001 0\n");
        _source.Read();
        Shows("cpu=\"0\"", backlog: 1);
    }

    [Fact]
    public void ACpuIdBeyondAnyKernelIsLeftOut()
    {
        Write(Line(1, 13, cpu: 8192) + Line(2, 13, cpu: uint.MaxValue) + Line(3, 13, cpu: 8191));
        _source.Read();
        Assert.Equal(["cpu=\"8191\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void TheSameTextKeepsItsValuesAndBringsThemBackAfterAWithdrawal()
    {
        Write(Line(uint.MaxValue, 13));
        _source.Read();
        Write(Line(5, 13));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ReadStatus.Ok, _source.Read());
            Shows("cpu=\"0\"", processed: 0x1_0000_0005);
        }
        _source.Withdraw();
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("cpu=\"0\"", processed: 0x1_0000_0005);
    }

    [Fact]
    public void TheSameTextWithAnotherOnlineMapIsOfOtherCpus()
    {
        Write(Line(0, 10) + Line(0, 10), "0-1\n");
        _source.Read();
        Write(Line(0, 10) + Line(0, 10), "0,2\n");
        _source.Read();
        Assert.Equal(["cpu=\"0\"", "cpu=\"2\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void TheSameTornTextIsCountedEachTime()
    {
        Write(Line(1, 13) + "torn\n");
        for (var reads = 1; reads < 4; reads++)
        {
            Assert.Equal(Outcome.Partial, _source.Read().Outcome);
            Assert.Equal(reads, _source.Malformed);
        }
        _root.Delete("net/softnet_stat");
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Empty(_source.Tables[0].Keys());
    }

    [Fact]
    public void AnEmptyFileAndAMissingOneAreFailures()
    {
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Write("");
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Equal(1, _source.Malformed);
    }
}
