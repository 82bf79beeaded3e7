using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

public sealed class SocketCheckTests : IDisposable
{
    readonly SocketsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static readonly TcpState[] s_states = Enum.GetValues<TcpState>();

    /// <summary>Of each state 10 and its number; in FIN_WAIT2 there are five more, which are mini-sockets.</summary>
    void Populate()
    {
        foreach (var state in s_states)
            _rig.Table.Add(state, 10 + (int)state);
        _rig.Table.Add(TcpState.FinWait2, 5, timer: 3);
    }

    long[] Differences(Action? beforeTheFullCount = null)
    {
        using var table = new Between(new NetlinkSocketTable(_rig.Table.Dump), beforeTheFullCount);
        Assert.Equal(0, _rig.Check.Walk(table));
        var differences = new long[SocketCensus.StateCount];
        _rig.Check.Compare(differences);
        return differences;
    }

    [Theory]
    [InlineData(11 + 18)]
    [InlineData(11)]
    public void WhenNothingChangesNothingDiffers(int currEstab)
    {
        Populate();
        _rig.WriteCounters(currEstab, tw: 16 + 5);
        Assert.All(Differences(), difference => Assert.Equal(0, difference));
        Assert.Equal(currEstab > 11, _rig.Check.CurrEstabHasCloseWait);
    }

    [Fact]
    public void EachStateShowsItsOwnDifference()
    {
        Populate();
        _rig.WriteCounters(11 + 18, 16 + 5);

        // Too few in CLOSE_WAIT to put the meaning of CurrEstab in doubt.
        var differences = Differences(
            () => s_states.ToList().ForEach(state => _rig.Table.Add(state, state == TcpState.CloseWait ? 1 : (int)state)));
        foreach (var state in s_states)
            Assert.Equal(state == TcpState.CloseWait ? 1 : (int)state, differences[(int)state - 1]);
    }

    [Fact]
    public void AWrongCounterChangesItsStateAlone()
    {
        Populate();
        _rig.WriteCounters(11 + 18 + 2, 16 + 5 + 3);
        var differences = Differences();
        foreach (var state in s_states)
            Assert.Equal(state == TcpState.Established ? -2 : state == TcpState.TimeWait ? -3 : 0, differences[(int)state - 1]);
    }

    [Fact]
    public void WithoutACounterItsDifferenceIsAbsent()
    {
        Populate();
        _rig.WriteCounters(null, null);
        var differences = Differences();
        Assert.Equal(KernelValue.Absent, differences[0]);
        Assert.Equal(KernelValue.Absent, differences[(int)TcpState.TimeWait - 1]);
        Assert.Equal(9, differences.Count(difference => difference == 0));
        Assert.Null(_rig.Check.CurrEstabHasCloseWait);
    }

    [Theory]
    [InlineData(70, true)]
    [InlineData(75, true)]
    [InlineData(65, true)]
    [InlineData(50, false)]
    [InlineData(55, false)]
    [InlineData(45, false)]
    [InlineData(60, null)]
    [InlineData(64, null)]
    [InlineData(56, null)]
    [InlineData(76, null)]
    [InlineData(44, null)]
    [InlineData(1000, null)]
    public void OnlyAClearAnswerIsAccepted(int currEstab, bool? expected)
    {
        _rig.Table.Add(TcpState.Established, 50);
        _rig.Table.Add(TcpState.CloseWait, 20);
        _rig.WriteCounters(currEstab, 0);
        Differences();
        Assert.Equal(expected, _rig.Check.CurrEstabHasCloseWait);
    }

    [Fact]
    public void WithoutACloseWaitNothingIsLearned()
    {
        _rig.Table.Add(TcpState.Established, 50);
        _rig.WriteCounters(50, 0);
        Differences();
        Assert.Null(_rig.Check.CurrEstabHasCloseWait);
    }

    [Fact]
    public void WhatWasLearnedIsKept()
    {
        _rig.Table.Add(TcpState.Established, 50);
        _rig.Table.Add(TcpState.CloseWait, 20);
        _rig.WriteCounters(70, 0);
        Differences();
        _rig.WriteCounters(50, 0);
        Differences();
        Assert.True(_rig.Check.CurrEstabHasCloseWait);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AWalkThatFailsReturnsItsErrno(int walk)
    {
        using var table = new Between(new NetlinkSocketTable(_rig.Table.Dump), () => _rig.Table.Broken = Libc.EPERM);
        _rig.Table.Broken = walk == 1 ? Libc.EPERM : 0;
        Assert.Equal(Libc.EPERM, _rig.Check.Walk(table));
        _rig.Shows(asked: walk);
    }

    [Theory]
    [InlineData(70, 50)]
    [InlineData(50, 50)]
    public void TheTickThatFirstSeesACloseWaitLearnsHowCurrEstabCountsIt(int currEstab, int established)
    {
        _rig.Table.Add(TcpState.Established, 50);
        _rig.Tick(50, 0);
        _rig.Tick(50, 0);
        Assert.DoesNotContain(SockDiag.AllStates, _rig.Table.AskedStates);

        _rig.Table.Add(TcpState.CloseWait, 20);
        _rig.Tick(currEstab, 0);
        _rig.Shows(established: established, closeWait: 20, checks: 1);
        Assert.Equal(
            [SockDiag.RareStates, SockDiag.RareStates, SockDiag.RareStates, SockDiag.RareStates, SockDiag.AllStates],
            _rig.Table.AskedStates);
        Assert.Equal(0, _rig.Difference("established"));

        // From here on walks of the rare states are enough, however the numbers change.
        _rig.Table.Add(TcpState.CloseWait, 30);
        _rig.Tick(currEstab + 100, 0);
        _rig.Shows(established: currEstab == 70 ? 120 : 150);
        Assert.Single(_rig.Table.AskedStates, SockDiag.AllStates);
    }

    [Fact]
    public void AnUnclearAnswerIsAskedForAgainAtTheNextTick()
    {
        _rig.Table.Add(TcpState.Established, 50);
        for (var second = 0; second < 40; second++)
            _rig.Tick(50, 0);
        _rig.Shows(checks: 1);

        // While the host changes too much between the two walks, nothing is learned.
        _rig.Table.Add(TcpState.CloseWait, 20);
        for (var checks = 2; checks < 5; checks++)
        {
            _rig.Tick(60, 0);
            _rig.Shows(checks: checks);
            Assert.Null(_rig.Check.CurrEstabHasCloseWait);
        }
        _rig.Tick(50, 0);
        Assert.False(_rig.Check.CurrEstabHasCloseWait);
        _rig.Shows(established: 50);
        _rig.Tick(50, 0);
        _rig.Shows(checks: 5);
    }

    [Fact]
    public void WhenTheMeaningIsKnownACloseWaitCausesNoFullCount()
    {
        using var rig = new SocketsRig(currEstabHasCloseWait: true);
        rig.Table.Add(TcpState.CloseWait, 20);
        rig.Tick(70, 0);
        rig.Shows(established: 50);
        Assert.Equal([SockDiag.RareStates], rig.Table.AskedStates);
    }

    [Fact]
    public void AFullCountIsMadeAfterHalfAMinuteAndThenEveryFiveMinutes()
    {
        _rig.Table.Add(TcpState.Established, 5);
        var made = new List<int>();
        for (var second = 1; second <= 700; second++)
        {
            _rig.Tick(4, 0);
            if (_rig.Sockets.Value("tcpagent_walk_checks_total") > made.Count)
                made.Add(second);
            Assert.Equal(made.Count > 0 ? 1 : null, _rig.Difference("established"));
        }
        Assert.Equal([31, 331, 631], made);
    }

    /// <summary>Something happens between the rare and the full walk.</summary>
    sealed class Between(ISocketTable table, Action? happens) : ISocketTable
    {
        public string Mode => table.Mode;

        public string Where => table.Where;

        public int Walk(SocketCensus census, bool full)
        {
            if (full)
                happens?.Invoke();
            return table.Walk(census, full);
        }

        public void Reopen() => table.Reopen();

        public void Dispose() => table.Dispose();
    }
}
