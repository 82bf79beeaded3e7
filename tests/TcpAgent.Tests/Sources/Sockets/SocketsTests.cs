using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

public sealed class SocketsTests : IDisposable
{
    readonly SocketsRig _rig = new();

    FakeSockets Table => _rig.Table;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void TimeWaitIsTwLessTheFinWait2MiniSockets()
    {
        // As seen on a live kernel: tw 13 was 8 TIME_WAIT and 5 FIN_WAIT2 without a full socket.
        Table.Add(TcpState.FinWait2, 5, timer: 3);
        Table.Add(TcpState.FinWait2, 2);
        Table.Add(TcpState.TimeWait, 8, timer: 3);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 13));
        Assert.Equal((8, 7), (_rig.State("time_wait"), _rig.State("fin_wait2")));
    }

    [Fact]
    public void AllElevenStatesAreAlwaysThere()
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
    public void TransientSocketsAreThoseInUseLessTheEstablishedAndTheListening()
    {
        // inuse 100 and 20; CurrEstab 50 holds the 8 in CLOSE_WAIT.
        using var rig = new SocketsRig(currEstabHasCloseWait: true);
        rig.Table.Add(TcpState.Listen, 30);
        rig.Table.Add(TcpState.CloseWait, 8);
        rig.Tick(50, 0);
        Assert.Equal(40, rig.Sockets.Value("tcpagent_tcp_transient_sockets"));
    }

    [Fact]
    public void NumbersOfTwoMomentsNeverGiveLessThanNone()
    {
        Table.Add(TcpState.FinWait2, 5, timer: 3);
        Table.Add(TcpState.CloseWait, 9);
        Table.Add(TcpState.Listen, 200);
        _rig.Tick(4, 3);
        Assert.Equal((0, 0), (_rig.State("time_wait"), _rig.State("established")));
        Assert.Equal(0, _rig.Sockets.Value("tcpagent_tcp_transient_sockets"));
    }

    [Fact]
    public void WithoutACounterItsStateIsAbsentAndTheOthersStand()
    {
        Table.Add(TcpState.Listen, 3);
        _rig.Tick(null, null);
        Assert.Null(_rig.State("time_wait"));
        Assert.Null(_rig.State("established"));
        Assert.Null(_rig.Sockets.Value("tcpagent_tcp_transient_sockets"));
        Assert.Equal(3, _rig.State("listen"));
        _rig.Tick(7, 8);
        Assert.Equal((8, 7), (_rig.State("time_wait"), _rig.State("established")));
    }

    [Fact]
    public void AnInterruptedOrOverrunDumpIsTriedOnceMore()
    {
        Table.Add(TcpState.Listen, 3);
        Table.Interruptions = 1;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 0));
        Assert.Equal((3, 2), (_rig.State("listen"), Table.AskedStates.Count));

        Table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(0, 0));
        Assert.Equal((3, 4), (_rig.State("listen"), Table.AskedStates.Count));

        Table.Errors.Enqueue(Libc.ENOBUFS);
        Table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(Outcome.Failed, _rig.Tick(0, 0).Outcome);
        Assert.Equal(6, Table.AskedStates.Count);
    }

    [Fact]
    public void PeaksOutliveTheirMoment()
    {
        Table.Add(TcpState.SynRecv, 40);
        _rig.Tick(0, 0);
        Table.Clear();
        _rig.Tick(0, 0);
        Assert.Equal((0, 40), (_rig.State("syn_recv"), _rig.Peak("syn_recv")));
        _rig.Time.Now += 60 * ManualTime.Second;
        _rig.Tick(0, 0);
        Assert.Equal(0, _rig.Peak("syn_recv"));
    }

    [Fact]
    public void TheWalksAreToldOf()
    {
        for (var walk = 1; walk <= 3; walk++)
        {
            _rig.Tick(0, 0);
            Assert.Equal(walk, _rig.Sockets.Value("tcpagent_walks_total"));
        }
        Assert.True(_rig.Sockets.Value("tcpagent_walk_cpu_seconds_total") > 0);
        Assert.Equal(ManualTime.Second, _rig.Sockets.Value("tcpagent_walk_interval_seconds"));
        Assert.Equal(0, _rig.Sockets.Value("tcpagent_walk_age_seconds"));
        Assert.Equal(0, _rig.Sockets.Value("tcpagent_walk_checks_total"));
    }
}
