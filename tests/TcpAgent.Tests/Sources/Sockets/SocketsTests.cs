using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class SocketsTests : IDisposable
{
    readonly SocketsRig _rig = new();

    FakeSockets Table => _rig.Table;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void TimeWaitIsTwLessTheFinWait2MiniSockets()
    {
        // On a live kernel tw was 13: 8 in TIME_WAIT, and 5 in FIN_WAIT2 without a full socket.
        Table.Add(TcpState.FinWait2, 5, timer: 3);
        Table.Add(TcpState.FinWait2, 2);
        Table.Add(TcpState.TimeWait, 8, timer: 3);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 13));
        _rig.Shows(timeWait: 8, finWait2: 7);
    }

    [Fact]
    public void AllElevenStatesAreAlwaysExported()
    {
        _rig.Tick(0, 0);
        var states = _rig.Sockets.Tables[0];
        Assert.Equal(11, states.Rows.Count);
        Assert.False(states[0].Values.ContainsAnyExcept(0));
        Assert.False(_rig.Sockets.Tables[1][0].Values.ContainsAnyExcept(0));
    }

    [Fact]
    public void EachStateGoesToItsRow()
    {
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            Table.Add(state, 10 + (int)state);
        _rig.Tick(11 + 18, 200);
        string[] expected = ["established 11", "syn_sent 12", "syn_recv 13", "fin_wait1 14", "fin_wait2 15", "time_wait 200", "close 17",
            "close_wait 18", "last_ack 19", "listen 20", "closing 21"];
        Assert.Equal(expected, expected.Select(row => row.Split(' ')[0]).Select(state => $"{state} {_rig.State(state)}"));
    }

    [Fact]
    public void OnlyTheRareStatesAreWalked()
    {
        _rig.Tick(0, 0);
        _rig.Tick(0, 0);
        Assert.Equal([SockDiag.RareStates, SockDiag.RareStates], Table.AskedStates);
    }

    [Fact]
    public void TransientSocketsAreThoseInUseLessEstablishedAndListeningOnes()
    {
        // inuse is 100 and 20; CurrEstab 50 includes the 8 in CLOSE_WAIT.
        using var rig = new SocketsRig(currEstabHasCloseWait: true);
        rig.Table.Add(TcpState.Listen, 30);
        rig.Table.Add(TcpState.CloseWait, 8);
        rig.Tick(50, 0);
        rig.Shows(transient: 40);
    }

    [Fact]
    public void NumbersFromTwoMomentsAreNeverNegative()
    {
        Table.Add(TcpState.FinWait2, 5, timer: 3);
        Table.Add(TcpState.CloseWait, 9);
        Table.Add(TcpState.Listen, 200);
        _rig.Tick(4, 3);
        _rig.Shows(timeWait: 0, established: 0, transient: 0);
    }

    [Fact]
    public void WithoutACounterItsStateIsAbsentAndTheOthersAreExported()
    {
        Table.Add(TcpState.Listen, 3);
        _rig.Tick(null, null);
        _rig.Shows(timeWait: Absent, established: Absent, transient: Absent, listen: 3);
    }

    [Fact]
    public void WhenTheCountersComeTheirStatesAreExported()
    {
        _rig.Tick(null, null);
        _rig.Tick(7, 8);
        _rig.Shows(timeWait: 8, established: 7);
    }

    [Fact]
    public void AnInterruptedDumpIsRepeated()
    {
        Table.Add(TcpState.Listen, 3);
        Table.Interruptions = 1;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 0));
        _rig.Shows(listen: 3, asked: 2);
    }

    [Fact]
    public void ADumpThatOverranTheBufferIsRepeated()
    {
        Table.Add(TcpState.Listen, 3);
        Table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 0));
        _rig.Shows(listen: 3, asked: 2);
    }

    [Fact]
    public void ADumpIsRepeatedOnlyOnce()
    {
        Table.Errors.Enqueue(Libc.ENOBUFS);
        Table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(Outcome.Failed, _rig.Tick(0, 0).Outcome);
        _rig.Shows(asked: 2);
    }

    [Fact]
    public void APeakIsKeptForItsWindow()
    {
        Table.Add(TcpState.SynRecv, 40);
        _rig.Tick(0, 0);
        Table.Clear();
        _rig.Tick(0, 0);
        _rig.Shows(synRecv: 0);
        Assert.Equal(40, _rig.Peak("syn_recv"));
        _rig.Time.Now += 60 * ManualTime.Second;
        _rig.Tick(0, 0);
        Assert.Equal(0, _rig.Peak("syn_recv"));
    }

    [Fact]
    public void TheWalksAndTheirCostAreExported()
    {
        for (var walk = 1; walk <= 3; walk++)
        {
            _rig.Tick(0, 0);
            _rig.Shows(walks: walk);
        }
        Assert.True(_rig.Sockets.Value("tcpagent_walk_cpu_seconds_total") > 0);
        Assert.Equal(ManualTime.Second, _rig.Sockets.Value("tcpagent_walk_interval_seconds"));
        _rig.Shows(walkAgeNs: 0, checks: 0);
    }
}
