using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>On an idle host walking empty buckets would cost more than all else: counters tell when there is nothing to see.</summary>
public sealed class IdleSocketsTests : IDisposable
{
    static readonly Dictionary<string, TcpState> s_states = new()
    {
        ["syn_sent"] = TcpState.SynSent,
        ["syn_recv"] = TcpState.SynRecv,
        ["fin_wait1"] = TcpState.FinWait1,
        ["fin_wait2"] = TcpState.FinWait2,
        ["close"] = TcpState.Close,
        ["close_wait"] = TcpState.CloseWait,
        ["last_ack"] = TcpState.LastAck,
        ["closing"] = TcpState.Closing,
    };

    readonly SocketsRig _rig = new(currEstabHasCloseWait: true);

    readonly Dictionary<string, string> _text = new() { ["sockstat"] = "TCP: inuse 8 tw 4\n", ["sockstat6"] = "TCP6: inuse 0\n" };

    public IdleSocketsTests()
    {
        Counters(inSegs: 100);
        _rig.Table.Add(TcpState.Listen, 3);
        _rig.Tick();
    }

    public void Dispose() => _rig.Dispose();

    long Walks => _rig.Sockets.Value("tcpagent_walks_total") ?? 0;

    [Fact]
    public void NothingMovesAndNothingIsWalked()
    {
        var walks = Walks;
        for (var i = 0; i < 8; i++)
            _rig.Tick();
        Assert.Equal(walks, Walks);
        Assert.Equal(3, _rig.State("listen"));
        Assert.Equal(0, _rig.Sockets.Value("tcpagent_walk_age_seconds"));
    }

    /// <summary>What stands behind each: net/ipv4/tcp_ipv4.c, tcp_output.c, tcp.c (tcp_set_state), inet_timewait_sock.c.</summary>
    [Theory]
    [InlineData("snmp", "100 90", "101 90", "close_wait")] // a FIN comes
    [InlineData("snmp", "90 2", "91 2", "syn_sent")] // a SYN goes
    [InlineData("snmp", " 2 1 ", " 3 1 ", "syn_recv")] // the SYN-ACK is sent again
    [InlineData("snmp", " 1 5", " 2 5", "close")] // a connect gives up
    [InlineData("snmp", " 5\n", " 4\n", "fin_wait1")] // the FIN waits behind a closed window
    [InlineData("sockstat", "inuse 8", "inuse 7", "last_ack")] // a timer ends the connection
    [InlineData("sockstat", "tw 4", "tw 3", "fin_wait2")] // a mini-socket expires
    [InlineData("sockstat6", "inuse 0", "inuse 1", "closing")]
    public void EachCounterCallsForAWalk(string file, string before, string after, string becomes)
    {
        _rig.Table.Add(s_states[becomes], 40);
        var walks = Walks;
        Counters();
        _rig.Root.Write($"net/{file}", _text[file].Replace(before, after, StringComparison.Ordinal));
        _rig.Tick();
        Assert.Equal(walks + 1, Walks);
        Assert.Equal(40, _rig.State(becomes));
    }

    [Fact]
    public void OneSegmentEachSecondIsAWalkEachSecond()
    {
        var walks = Walks;
        for (var i = 1; i <= 5; i++)
        {
            Counters(inSegs: 100 + i);
            _rig.Tick();
        }
        Assert.Equal(walks + 5, Walks);
    }

    /// <summary>A process accepts a connection that its peer has closed: no counter moves.</summary>
    [Fact]
    public void ClosedConnectionsInAQueueAreWalkedUntilTheyAreAccepted()
    {
        _rig.Table.Add(new FakeSocket(TcpState.CloseWait) { Inode = 0 });
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        var walks = Walks;
        _rig.Tick();
        Assert.Equal((walks + 1, 1), (Walks, _rig.State("close_wait")));
        _rig.Table.Set(new FakeSocket(TcpState.CloseWait));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(walks + 2, Walks);
    }

    [Fact]
    public void HalfOpenConnectionsAreWalkedUntilTheyAreGone()
    {
        _rig.Table.Add(TcpState.SynRecv, 40);
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Tick();
        Assert.Equal(0, _rig.State("syn_recv"));
        var walks = Walks;
        _rig.Tick();
        Assert.Equal(walks, Walks);
    }

    /// <summary>The slow lane does not, but once a minute: a net under what the counters may not tell.</summary>
    [Fact]
    public void WhateverTheCountersSayAMinuteIsTheLongestRest()
    {
        Counters(inSegs: 101);
        _rig.Tick();
        var walks = Walks;
        _rig.Table.Add(TcpState.LastAck, 7);
        for (var second = 1; second < 59; second++)
        {
            _rig.Tick(slow: second % 10 == 0);
            Assert.Equal((walks, 0), (Walks, _rig.Sockets.Value("tcpagent_walk_age_seconds")));
        }
        _rig.Tick();
        _rig.Tick();
        Assert.Equal((walks + 1, 7), (Walks, _rig.State("last_ack")));
        for (var second = 2; second < 59; second++)
            _rig.Tick(slow: second % 10 == 0);
        Assert.Equal(walks + 1, Walks);
    }

    [Fact]
    public void AReloadWalks()
    {
        var walks = Walks;
        _rig.Sockets.Reopen();
        _rig.Tick(slow: true);
        Assert.Equal(walks + 1, Walks);
    }

    /// <summary>Rows in no known form may be gone the next time.</summary>
    [Fact]
    public void AWalkThatWasNotWholeIsTakenAgainOnTheSlowLane()
    {
        _rig.Table.Add((TcpState)13);
        _rig.Table.AnswersAlways.Add((TcpState)13);
        Counters(inSegs: 101);
        _rig.Tick();
        Assert.Equal(Outcome.Partial, _rig.Tick().Outcome);
        _rig.Table.Set(new FakeSocket(TcpState.Listen));
        Assert.Equal(Outcome.Partial, _rig.Tick().Outcome);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(slow: true));
    }

    [Fact]
    public void WithoutCountersEveryTickWalks()
    {
        _rig.Root.Write("net/snmp", "Udp: NoPorts\nUdp: 1\n");
        _rig.Tick();
        var walks = Walks;
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(walks + 2, Walks);
    }

    void Counters(int inSegs = 100)
    {
        _text["snmp"] = $"Tcp: InSegs OutSegs RetransSegs AttemptFails CurrEstab\nTcp: {inSegs} 90 2 1 5\n";
        foreach (var (file, text) in _text)
            _rig.Root.Write($"net/{file}", text);
    }
}
