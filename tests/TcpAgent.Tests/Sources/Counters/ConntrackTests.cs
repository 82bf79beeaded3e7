using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public sealed class ConntrackTests : IDisposable
{
    const string Stat = "net/stat/nf_conntrack";
    const string Count = "sys/net/netfilter/nf_conntrack_count";
    const string Limit = "sys/net/netfilter/nf_conntrack_max";
    const string Buckets = "sys/net/netfilter/nf_conntrack_buckets";
    const string Entries = "tcpagent_conntrack_entries";
    const string Clashes = "tcpagent_conntrack_clash_resolutions_total";
    const string Chains = "tcpagent_conntrack_chain_too_long_total";
    const string Drops = "tcpagent_conntrack_drops_total";

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

    /// <summary>Column n holds base plus n, entries (the first) hold the same in all rows.</summary>
    static string Row(int columns, int add, int entries = 33) =>
        $"{entries:x8}  {string.Join(' ', Enumerable.Range(2, columns - 1).Select(i => $"{i + add:x8}"))} \n";

    [Fact]
    public void TheSameWidthWithOtherNamesIsOtherCounters()
    {
        _root.Write(Stat, OldHeader + Row(17, 0) + Row(17, 100));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Null(_source.Value(Clashes));
        Assert.Null(_source.Value(Chains));
        Assert.Equal(11 + 111, _source.Value(Drops));

        _root.Write(Stat, NewHeader + Row(17, 0) + Row(17, 100));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((2 + 102, 8 + 108), (_source.Value(Clashes), _source.Value(Chains)));
    }

    [Fact]
    public void EntriesAreNotSummedAndStandInForTheSysctl()
    {
        _root.Write(Stat, NewHeader + Row(17, 0) + Row(17, 1) + Row(17, 2) + Row(17, 3));
        _source.Read();
        Assert.Equal(33, _source.Value(Entries));

        _root.Write(Count, "34\n");
        _source.Read();
        Assert.Equal(34, _source.Value(Entries));
    }

    [Fact]
    public void SixteenColumnsWithoutSearchRestartAreRead()
    {
        _root.Write(Stat, OldHeader.Replace(" search_restart", "", StringComparison.Ordinal) + Row(16, 0));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((11, 12), (_source.Value(Drops), _source.Value("tcpagent_conntrack_early_drops_total")));
        Assert.Null(_source.Value("tcpagent_conntrack_search_restarts_total"));
    }

    [Fact]
    public void OneTornRowDropsTheTableButNotTheGauges()
    {
        _root.Write(Count, "7\n");
        _root.Write(Stat, NewHeader + Row(17, 0) + Row(7, 0) + Row(17, 0));
        var status = _source.Read();
        Assert.Equal((Outcome.Partial, 3), (status.Outcome, status.Line));
        Assert.Null(_source.Value(Drops));
        Assert.Equal(7, _source.Value(Entries));
        Assert.Equal(1, _source.Malformed);
    }

    [Fact]
    public void WithoutTheStatisticsTheGaugesAreAll()
    {
        _root.Write(Count, "0\n");
        _root.Write(Limit, "262144\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((0, 262144), (_source.Value(Entries), _source.Value("tcpagent_conntrack_entries_limit")));
        Assert.Null(_source.Value(Drops));
    }

    [Fact]
    public void WithoutTheModuleThereIsNothingAndThatIsNoFailure()
    {
        Assert.Equal(ReadStatus.Absent, _source.Read());
        Assert.Null(_source.Value(Entries));
        Assert.Equal(0, _source.Malformed);
    }

    [Fact]
    public void ATornSysctlLeavesTheEntriesOfTheTable()
    {
        _root.Write(Stat, NewHeader + Row(17, 0));
        _root.Write(Count, "");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Assert.Equal(33, _source.Value(Entries));
        Assert.Equal(1, _source.Malformed);
    }

    (long? Limit, long? Buckets) Limits => (_source.Value("tcpagent_conntrack_entries_limit"), _source.Value("tcpagent_conntrack_buckets"));

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
    public void TheLimitsAreReadWithTheSlowLane()
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        _root.Write(Count, "1\n");
        WriteLimits(1000, 250);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        WriteLimits(2000, 500);
        _root.Write(Count, "2\n");
        Assert.Equal(ReadStatus.Ok, Tick());
        Assert.Equal((2, (1000, 250)), (_source.Value(Entries), Limits));

        // As after an exception: what was withdrawn comes back with the next read.
        _source.Withdraw();
        Assert.Equal(ReadStatus.Ok, Tick());
        Assert.Equal((1000, 250), Limits);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((2000, 500), Limits);

        // One that fails is away until the slow lane finds it.
        _root.Delete(Buckets);
        _root.Write(Limit, "torn");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        WriteLimits(3000, 750);
        Assert.Equal((Outcome.Partial, 1), (Tick().Outcome, _source.Malformed));
        Assert.Equal((null, null), Limits);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((3000, 750), Limits);
    }

    [Theory]
    [InlineData("00000001 00000001 00000000 00000001")]
    [InlineData("00000001 00000000 00000001 00000001")]
    public void TheLimitsAreReadAtTheMomentOfALoss(string row)
    {
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000001\n");
        WriteLimits(1000, 250);
        _source.Read();
        WriteLimits(2000, 500);
        _root.Write(Stat, "entries drop early_drop found\n00000001 00000000 00000000 00000007\n");
        Tick();
        Assert.Equal((1000, 250), Limits);
        _root.Write(Stat, $"entries drop early_drop found\n{row}\n");
        Tick();
        Assert.Equal((2000, 500), Limits);
        WriteLimits(3000, 750);
        Tick();
        Assert.Equal((2000, 500), Limits);
    }

    [Fact]
    public void WhereLossesCannotBeSeenTheLimitsAreReadAtEachTick()
    {
        _root.Write(Count, "1\n");
        WriteLimits(1000, 250);
        _source.Read();
        WriteLimits(2000, 500);
        Tick();
        Assert.Equal((2000, 500), Limits);
    }

    [Fact]
    public void ATableThatIsNotThereIsLookedForWithTheSlowLane()
    {
        Assert.Equal(ReadStatus.Absent, _source.Read());
        _root.Write(Count, "1\n");
        Assert.Equal(ReadStatus.Absent, Tick());
        Assert.Equal(ReadStatus.Ok, _source.Read());
        _root.Write(Count, "2\n");
        Assert.Equal(ReadStatus.Ok, Tick());
        Assert.Equal(2, _source.Value(Entries));
    }

    [Fact]
    public void ACounterThatWrappedOnOneCpuGoesOn()
    {
        _root.Write(Stat, "entries drop\n00000001 ffffffff\n00000001 00000005\n");
        _source.Read();
        _root.Write(Stat, "entries drop\n00000001 00000001\n00000001 00000005\n");
        _source.Read();
        Assert.Equal(0x1_0000_0001 + 5, _source.Value(Drops));
    }
}
