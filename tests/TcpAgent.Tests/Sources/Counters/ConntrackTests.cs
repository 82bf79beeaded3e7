using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class ConntrackTests : IDisposable
{
    const string Stat = "net/stat/nf_conntrack";
    const string Count = "sys/net/netfilter/nf_conntrack_count";
    const string Limit = "sys/net/netfilter/nf_conntrack_max";
    const string Buckets = "sys/net/netfilter/nf_conntrack_buckets";

    // The double spaces are the kernel's. Both headers have 17 names.
    const string OldHeader =
        "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  expect_new "
        + "expect_create expect_delete search_restart\n";

    const string NewHeader =
        "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new "
        + "expect_create expect_delete search_restart\n";

    readonly TempRoot _root = new();
    readonly Conntrack _source;

    public ConntrackTests() => _source = new Conntrack(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    /// <summary>What is exported, and how much of it was malformed.</summary>
    void Shows(
        Expected entries = default, Expected limit = default, Expected buckets = default, Expected drops = default,
        Expected earlyDrops = default, Expected clashes = default, Expected chains = default, Expected searchRestarts = default,
        Expected malformed = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_conntrack_{metric}");
        new Facts("conntrack").Is(entries, Of("entries")).Is(limit, Of("entries_limit")).Is(buckets, Of("buckets"))
            .Is(drops, Of("drops_total")).Is(earlyDrops, Of("early_drops_total")).Is(clashes, Of("clash_resolutions_total"))
            .Is(chains, Of("chain_too_long_total")).Is(searchRestarts, Of("search_restarts_total"))
            .Is(malformed, _source.Malformed).Verify();
    }

    /// <summary>Column n holds n and what is added; entries, the first column, are the same in all rows.</summary>
    static string Row(int columns, int add, int entries = 33) =>
        $"{entries:x8}  {string.Join(' ', Enumerable.Range(2, columns - 1).Select(i => $"{i + add:x8}"))} \n";

    [Fact]
    public void ColumnsAreReadByNameNotByPosition()
    {
        _root.Write(Stat, OldHeader + Row(17, 0) + Row(17, 100));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(clashes: Absent, chains: Absent, drops: 11 + 111);
        _root.Write(Stat, NewHeader + Row(17, 0) + Row(17, 100));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(clashes: 2 + 102, chains: 8 + 108);
    }

    [Fact]
    public void EntriesAreNotSummed()
    {
        _root.Write(Stat, NewHeader + Row(17, 0) + Row(17, 1) + Row(17, 2) + Row(17, 3));
        _source.Read();
        Shows(entries: 33);
    }

    [Fact]
    public void TheSysctlOfEntriesComesBeforeTheTable()
    {
        _root.Write(Stat, NewHeader + Row(17, 0));
        _root.Write(Count, "34\n");
        _source.Read();
        Shows(entries: 34);
    }

    [Fact]
    public void SixteenColumnsWithoutSearchRestartAreRead()
    {
        _root.Write(Stat, OldHeader.Replace(" search_restart", "", StringComparison.Ordinal) + Row(16, 0));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(drops: 11, earlyDrops: 12, searchRestarts: Absent);
    }

    [Fact]
    public void OneTornRowDropsTheTableButNotTheGauges()
    {
        _root.Write(Count, "7\n");
        _root.Write(Stat, NewHeader + Row(17, 0) + Row(7, 0) + Row(17, 0));
        var status = _source.Read();
        status.Shows(Outcome.Partial, line: 3);
        Shows(drops: Absent, entries: 7, malformed: 1);
    }

    [Fact]
    public void WithoutTheStatisticsOnlyTheGaugesAreExported()
    {
        _root.Write(Count, "0\n");
        _root.Write(Limit, "262144\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(entries: 0, limit: 262144, drops: Absent);
    }

    [Fact]
    public void WithoutTheModuleTheSourceIsAbsentNotFailed()
    {
        Assert.Equal(ReadStatus.Absent, _source.Read());
        Shows(entries: Absent, malformed: 0);
    }

    [Fact]
    public void ATornSysctlLeavesTheEntriesOfTheTable()
    {
        _root.Write(Stat, NewHeader + Row(17, 0));
        _root.Write(Count, "");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Shows(entries: 33, malformed: 1);
    }

    void WriteLimits(int limit, int buckets)
    {
        _root.Write(Limit, $"{limit}\n");
        _root.Write(Buckets, $"{buckets}\n");
    }

    ReadStatus Tick()
    {
        _source.Remember();
        return _source.Read(new Tick(1, 1, IsSlow: false));
    }

    [Fact]
    public void TheLimitsAreReadOnTheSlowLane()
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        _root.Write(Count, "1\n");
        WriteLimits(1000, 250);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        WriteLimits(2000, 500);
        _root.Write(Count, "2\n");
        Assert.Equal(ReadStatus.Ok, Tick());
        Shows(entries: 2, limit: 1000, buckets: 250);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(limit: 2000, buckets: 500);
    }

    /// <summary>As after an exception.</summary>
    [Fact]
    public void LimitsThatWereWithdrawnComeBackWithTheNextRead()
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        WriteLimits(1000, 250);
        _source.Read();
        WriteLimits(2000, 500);
        _source.Withdraw();
        Assert.Equal(ReadStatus.Ok, Tick());
        Shows(limit: 1000, buckets: 250);
    }

    [Fact]
    public void LimitsThatCannotBeReadAreAbsentUntilTheSlowLaneReadsThem()
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        WriteLimits(2000, 500);
        _source.Read();
        _root.Delete(Buckets);
        _root.Write(Limit, "torn");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        WriteLimits(3000, 750);
        Assert.Equal(Outcome.Partial, Tick().Outcome);
        Shows(malformed: 1, limit: Absent, buckets: Absent);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(limit: 3000, buckets: 750);
    }

    [Theory]
    [InlineData("00000001 00000001 00000000 00000001")]
    [InlineData("00000001 00000000 00000001 00000001")]
    public void TheLimitsAreReadWhenSomethingIsLost(string row)
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        WriteLimits(1000, 250);
        _source.Read();
        WriteLimits(2000, 500);
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000007\n");
        Tick();
        Shows(limit: 1000, buckets: 250);
        _root.Write(Stat, $"entries drop early_drop found\n{row}\n");
        Tick();
        Shows(limit: 2000, buckets: 500);
        WriteLimits(3000, 750);
        Tick();
        Shows(limit: 2000, buckets: 500);
    }

    [Fact]
    public void WhereLossesCannotBeSeenTheLimitsAreReadAtEachTick()
    {
        _root.Write(Count, "1\n");
        WriteLimits(1000, 250);
        _source.Read();
        WriteLimits(2000, 500);
        Tick();
        Shows(limit: 2000, buckets: 500);
    }

    [Fact]
    public void TheSlowLaneFindsATableThatWasMissing()
    {
        Assert.Equal(ReadStatus.Absent, _source.Read());
        _root.Write(Count, "1\n");
        Assert.Equal(ReadStatus.Absent, Tick());
        Assert.Equal(ReadStatus.Ok, _source.Read());
        _root.Write(Count, "2\n");
        Assert.Equal(ReadStatus.Ok, Tick());
        Shows(entries: 2);
    }

    [Fact]
    public void ACounterThatWrapsOnOneCpuGoesOnRising()
    {
        _root.Write(Stat, "entries drop\n00000001 ffffffff\n00000001 00000005\n");
        _source.Read();
        _root.Write(Stat, "entries drop\n00000001 00000001\n00000001 00000005\n");
        _source.Read();
        Shows(drops: 0x1_0000_0001 + 5);
    }
}
