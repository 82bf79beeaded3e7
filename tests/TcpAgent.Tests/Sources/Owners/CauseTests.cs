using static TcpAgent.Tests.Sources.OwnersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Why connections are not accepted: one cause, with its figures, and none where nothing is proved.</summary>
public sealed class CauseTests : IDisposable
{
    const int Pid = 812;

    readonly OwnersRig _rig = new();
    readonly ulong _id;

    public CauseTests()
    {
        _rig.Process(Pid, "server");
        _id = _rig.Cgroup(Unit, Pid);
        _rig.Rig.Table.Set(Listener(_id, length: 9));
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>Four looks a second apart, before each of which something happens.</summary>
    string CauseAfter(Action<int>? second = null)
    {
        for (var i = 0; i < 4; i++)
        {
            second?.Invoke(i);
            _rig.Tick();
        }
        var (cause, report) = _rig.Explain();
        Assert.Equal(cause.Length > 0 ? 1 : 0, report.Evidence.Count);
        Assert.All(report.Evidence, text => Assert.StartsWith("server ", text, StringComparison.Ordinal));
        Assert.Equal(cause.Length > 0, report.Advice.Count > 0);
        return cause;
    }

    [Fact]
    public void Asleep() => Assert.Equal("asleep", CauseAfter());

    [Fact]
    public void AtItsLimitOfOpenFiles()
    {
        _rig.Limit(Pid, 12);
        _rig.Files(Pid, 12);
        Assert.Equal("open_files", CauseAfter());
    }

    [Fact]
    public void OneFreeDescriptorIsNoCause()
    {
        _rig.Limit(Pid, 12);
        _rig.Files(Pid, 11);
        Assert.Equal("asleep", CauseAfter());
    }

    [Fact]
    public void Starved() => Assert.Equal("cpu_starved", CauseAfter(i => _rig.Times(Pid, i * 250, i * 700)));

    [Fact]
    public void Busy() => Assert.Equal("busy", CauseAfter(i => _rig.Times(Pid, i * 950, i * 40)));

    /// <summary>Its own threads take the CPUs from each other.</summary>
    [Fact]
    public void BusyWithAllCpus() => Assert.Equal("busy", CauseAfter(i =>
    {
        for (var tid = Pid; tid < Pid + 8; tid++)
            _rig.Times(Pid, i * 450, i * 500, tid);
    }));

    [Fact]
    public void Throttled() => Assert.Equal("cpu_throttled", CauseAfter(i =>
    {
        _rig.CpuStat(Unit, periods: i * 10, throttled: i * 8);
        _rig.Times(Pid, i * 200, i * 700);
    }));

    /// <summary>A quota of a slice throttles its units, and theirs do not count it.</summary>
    [Fact]
    public void ThrottledWithItsSlice() => Assert.Equal("cpu_throttled", CauseAfter(i =>
    {
        _rig.CpuStat(Unit, periods: 0, throttled: 0);
        _rig.CpuStat("/system.slice", periods: i * 10, throttled: i * 10);
    }));

    [Fact]
    public void ThrottledByVersion1() => Assert.Equal("cpu_throttled", CauseAfter(i => _rig.Root.Write(
        $"fs/cgroup/cpu/v1{Unit}/cpu.stat", $"nr_periods {i * 10}\nnr_throttled {i * 9}\nthrottled_time {i * 900_000_000L}\n")));

    [Fact]
    public void AQuotaThatIsRarelyUsedUpIsNoCause() => Assert.Equal("asleep", CauseAfter(i =>
        _rig.CpuStat(Unit, periods: i * 10, throttled: i * 2)));

    [Fact]
    public void WaitingForABackend()
    {
        _rig.Rig.Table.Set(Listener(_id, length: 9), Connect(_id), Connect(_id), Connect(_id, remote: "10.0.0.8"));
        _rig.Tick(4);
        var (cause, report) = _rig.Explain();
        Assert.Equal("backend", cause);
        Assert.Contains(
            "3 of its own connects have no answer, most of them from 10.0.0.7:5432", report.Evidence[0], StringComparison.Ordinal);
    }

    [Fact]
    public void AConnectOfAnotherUnitIsNoCause()
    {
        _rig.Rig.Table.Set(Listener(_id, length: 9), Connect(_id + 1));
        Assert.Equal("asleep", CauseAfter());
    }

    [Fact]
    public void AConnectThatHasJustBegunIsNoCause()
    {
        _rig.Rig.Table.Set(Listener(_id, length: 9), Connect(_id, retransmits: 0));
        Assert.Equal("asleep", CauseAfter());
    }

    [Fact]
    public void Stopped()
    {
        _rig.Process(Pid, "server", state: 'T');
        Assert.Equal("stopped", CauseAfter());
    }

    /// <summary>Half of a CPU proves nothing.</summary>
    [Fact]
    public void AServerThatWorksIsNoCause() => Assert.Equal("", CauseAfter(i => _rig.Times(Pid, i * 400, i * 20)));

    /// <summary>A server that sleeps because nobody comes.</summary>
    [Fact]
    public void AnIdleServerIsNotAskedWhy()
    {
        _rig.Rig.Table.Set(Listener(_id));
        Assert.Equal("", CauseAfter());
    }

    /// <summary>It was idle until connections came, which is no cause for them to wait.</summary>
    [Fact]
    public void TheTimeBeforeConnectionsWaitedDoesNotCount()
    {
        _rig.Tick(3);
        _rig.Rig.Table.Set(Listener(_id));
        _rig.Tick(3);
        _rig.Times(Pid, 5_000, 0);
        _rig.Rig.Table.Set(Listener(_id, length: 9));
        _rig.Tick();
        Assert.NotEqual("busy", _rig.Cause);
    }

    /// <summary>Another program of the unit may have the socket.</summary>
    [Fact]
    public void WhatOneOfSeveralProgramsDoesProvesNothing()
    {
        _rig.Process(Pid + 1, "worker");
        _rig.Cgroup(Unit, Pid, Pid + 1);
        Assert.Equal("", CauseAfter(i => _rig.Times(Pid + 1, i * 950, 0)));
    }

    /// <summary>A look at the first process and one at another of the same PID make no pair.</summary>
    [Fact]
    public void APidThatIsUsedAgainHasNoTimes() => Assert.Equal("", CauseAfter(i =>
    {
        _rig.Process(Pid, "server", start: 500 + i);
        _rig.Times(Pid, i * 950, 0);
    }));

    /// <summary>Services with a common backend fail together; the meters take turns.</summary>
    [Fact]
    public void ManyOwnersAreMeasuredInTurn()
    {
        const int Count = 10;
        _rig.Rig.Table.Set(
        [
            .. Enumerable.Range(1, Count).Select(i =>
            {
                var path = $"/system.slice/s{i}.service";
                _rig.Process(Pid + i, "server", path);
                return Listener(_rig.Cgroup(path, Pid + i), length: 9) with { Port = (ushort)(80 + i), Cookie = (ulong)i };
            }),
        ]);
        _rig.Tick(12);
        Assert.Equal(Enumerable.Repeat("asleep", Count), _rig.Causes);
    }

    /// <summary>Each second a measurement, and each minute a look at all owners.</summary>
    [Fact]
    public void OnceWarmNothingIsAllocated()
    {
        _rig.Rig.Table.Set(Listener(_id, length: 9), Connect(_id));
        _rig.Tick(20);
        var warm = _rig.Allocated;
        _rig.Tick(150);
        Assert.Equal(0, _rig.Allocated - warm);
    }

    [Fact]
    public void TheAdviceNamesTheUnit()
    {
        _rig.Limit(Pid, 12);
        _rig.Files(Pid, 13);
        _rig.Tick(2);
        var report = _rig.Explain().Report;
        Assert.Contains("13 of 12", report.Evidence[0], StringComparison.Ordinal);
        Assert.Contains("LimitNOFILE= of web.service", report.Advice[0], StringComparison.Ordinal);
    }
}
