using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests.Sources;

public sealed class SocketsTests : IDisposable
{
    readonly TempRoot _root = new();
    readonly ManualTime _time = new() { Now = 1_000 * ManualTime.Second };
    readonly FakeSockets _table = new();
    readonly TextSource _snmp;
    readonly TextSource _sockstat;
    readonly Sockets _sockets;

    public SocketsTests()
    {
        _snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.All, [_root.Kernel.Proc("net/snmp")]);
        _sockstat = new TextSource("sockstat", map => new SockstatParser(map), SockstatRows.All, [_root.Kernel.Proc("net/sockstat")]);
        _sockets = new Sockets(_table.Dump, _snmp, _sockstat, SamplingOptions.Default, _time);
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _root.Dispose();
    }

    /// <summary>One tick as the sampler makes it; null leaves a counter out.</summary>
    ReadStatus Tick(int? currEstab, int? tw)
    {
        _root.Write("net/snmp", currEstab is null ? "Udp: NoPorts\nUdp: 1\n" : $"Tcp: CurrEstab\nTcp: {currEstab}\n");
        _root.Write("net/sockstat", tw is null ? "UDP: inuse 1\n" : $"TCP: inuse 1 tw {tw}\n");
        _time.Now += ManualTime.Second;
        var tick = new Tick(0, _time.Now, Slow: false);
        var status = _sockets.Read(tick);
        _snmp.Read(tick);
        _sockstat.Read(tick);
        _sockets.Derive(tick);
        return status;
    }

    long? State(string state) => _sockets.Value("tcpagent_tcp_sockets", $"state=\"{state}\"");

    long? Peak(string state) => _sockets.Value("tcpagent_tcp_sockets_peak", $"state=\"{state}\"");

    [Fact]
    public void TimeWaitIsTwLessTheFinWait2MiniSockets()
    {
        // As seen on a live kernel: tw 13 was 8 TIME_WAIT and 5 FIN_WAIT2 without a full socket.
        _table.Add(TcpState.FinWait2, 5, timer: 3);
        _table.Add(TcpState.FinWait2, 2);
        _table.Add(TcpState.TimeWait, 8, timer: 3);
        Assert.Equal(ReadStatus.Ok, Tick(0, 13));
        Assert.Equal((8, 7), (State("time_wait"), State("fin_wait2")));
    }

    [Fact]
    public void AllElevenStatesAreAlwaysThere()
    {
        Tick(0, 0);
        var states = _sockets.Blocks[0];
        Assert.Equal(11, states.Rows.Length);
        Assert.False(states[0].ContainsAnyExcept(0));
        Assert.False(_sockets.Blocks[1][0].ContainsAnyExcept(0));
    }

    [Fact]
    public void EachStateGoesToItsRow()
    {
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            _table.Add(state, 10 + (int)state);
        Tick(100 + 18, 200);
        string[] expected = ["established 100", "syn_sent 12", "syn_recv 13", "fin_wait1 14", "fin_wait2 15", "time_wait 200", "close 17",
            "close_wait 18", "last_ack 19", "listen 20", "closing 21"];
        Assert.Equal(expected, expected.Select(row => row.Split(' ')[0]).Select(state => $"{state} {State(state)}"));
    }

    [Fact]
    public void WhereCurrEstabCountsCloseWaitItIsTakenOff()
    {
        _table.Add(TcpState.Established, 50);
        _table.Add(TcpState.CloseWait, 20);
        Tick(70, 0);
        Assert.Equal((50, 20), (State("established"), State("close_wait")));

        // Known from then on: rare walks are enough, however the numbers change.
        _table.Add(TcpState.CloseWait, 30);
        Tick(150, 0);
        Assert.Equal((100, 50), (State("established"), State("close_wait")));
        Assert.Equal([SockDiag.AllStates, SockDiag.RareStates], _table.AskedStates);
    }

    [Fact]
    public void WhereCurrEstabIsEstablishedAloneItStands()
    {
        _table.Add(TcpState.Established, 50);
        _table.Add(TcpState.CloseWait, 20);
        Tick(50, 0);
        Assert.Equal(50, State("established"));
        Tick(60, 0);
        Assert.Equal(60, State("established"));
        Assert.Equal([SockDiag.AllStates, SockDiag.RareStates], _table.AskedStates);
    }

    [Fact]
    public void TheMeaningIsLearnedWhenTheFirstCloseWaitAppears()
    {
        _table.Add(TcpState.Established, 50);
        Tick(50, 0);
        Tick(50, 0);
        _table.Add(TcpState.CloseWait, 20);
        Tick(50, 0);
        Tick(50, 0);
        Assert.Equal(50, State("established"));
        Tick(50, 0);
        Assert.Equal(50, State("established"));
        uint[] walks = [SockDiag.AllStates, SockDiag.RareStates, SockDiag.RareStates, SockDiag.AllStates, SockDiag.RareStates];
        Assert.Equal(walks, _table.AskedStates);
    }

    [Fact]
    public void NumbersOfTwoMomentsNeverGiveLessThanNone()
    {
        _table.Add(TcpState.FinWait2, 5, timer: 3);
        _table.Add(TcpState.CloseWait, 9);
        Tick(4, 3);
        Assert.Equal((0, 0), (State("time_wait"), State("established")));
    }

    [Fact]
    public void WithoutACounterItsStateIsAbsentAndTheOthersStand()
    {
        _table.Add(TcpState.Listen, 3);
        Tick(null, null);
        Assert.Null(State("time_wait"));
        Assert.Null(State("established"));
        Assert.Equal(3, State("listen"));
        Tick(7, 8);
        Assert.Equal((8, 7), (State("time_wait"), State("established")));
    }

    [Theory]
    [InlineData(Libc.EPERM)]
    [InlineData(Libc.ETIMEDOUT)]
    public void AFailingDumpWithdrawsAndRecovers(int errno)
    {
        _table.Add(TcpState.Listen, 3);
        Tick(1, 2);
        _table.Errors.Enqueue(errno);
        Assert.Equal(ReadStatus.Failed("sock_diag", errno), Tick(1, 2));
        Assert.Null(State("listen"));
        Assert.Null(State("time_wait"));
        Assert.Null(Peak("listen"));
        Assert.Null(_sockets.Value("tcpagent_walk_age_seconds"));
        Assert.Equal(ReadStatus.Ok, Tick(1, 2));
        Assert.Equal((3, 2, 3), (State("listen"), State("time_wait"), Peak("listen")));
    }

    [Fact]
    public void AnInterruptedOrOverrunDumpIsTriedOnceMore()
    {
        _table.Add(TcpState.Listen, 3);
        _table.Interruptions = 1;
        Assert.Equal(ReadStatus.Ok, Tick(0, 0));
        Assert.Equal((3, 2), (State("listen"), _table.AskedStates.Count));

        _table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(ReadStatus.Ok, Tick(0, 0));
        Assert.Equal((3, 4), (State("listen"), _table.AskedStates.Count));

        _table.Errors.Enqueue(Libc.ENOBUFS);
        _table.Errors.Enqueue(Libc.ENOBUFS);
        Assert.Equal(Outcome.Failed, Tick(0, 0).Outcome);
        Assert.Equal(6, _table.AskedStates.Count);
    }

    [Fact]
    public void AWalkIsNotRepeatedWithinItsBudget()
    {
        using var sockets = new Sockets(_table.Dump, _snmp, _sockstat, SamplingOptions.Default, new SlowTime(_time));
        _table.Add(TcpState.Listen, 3);
        Assert.Equal(Outcome.Ok, sockets.Read(new Tick(0, _time.Now, false)).Outcome);
        sockets.Derive(new Tick(0, _time.Now, false));
        var walks = _table.AskedStates.Count;

        // The walk took 20 ms; one percent of a CPU allows one in two seconds.
        sockets.Read(new Tick(1, _time.Now + ManualTime.Second, false));
        Assert.Equal(walks, _table.AskedStates.Count);
        sockets.Read(new Tick(2, _time.Now + 3 * ManualTime.Second, false));
        Assert.Equal(walks + 1, _table.AskedStates.Count);
        Assert.Equal(2 * ManualTime.Second, sockets.Value("tcpagent_walk_interval_seconds"));
        Assert.Equal(20_000_000, sockets.Value("tcpagent_walk_duration_seconds"));
    }

    [Fact]
    public void PeaksOutliveTheirMoment()
    {
        _table.Add(TcpState.SynRecv, 40);
        Tick(0, 0);
        _table.Clear();
        Tick(0, 0);
        Assert.Equal((0, 40), (State("syn_recv"), Peak("syn_recv")));
        _time.Now += 60 * ManualTime.Second;
        Tick(0, 0);
        Assert.Equal(0, Peak("syn_recv"));
    }

    /// <summary>Every second look at the clock is 20 ms later, so a walk takes that long.</summary>
    sealed class SlowTime(ManualTime time) : TimeProvider
    {
        int _looks;

        public override long TimestampFrequency => ManualTime.Second;

        public override long GetTimestamp() => time.Now + _looks++ % 2 * 20_000_000;
    }
}
