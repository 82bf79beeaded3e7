using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>On an idle host, walking empty buckets would cost more than everything else. Counters show when there is nothing new.</summary>
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
    public void WithoutAChangeThereIsNoWalk()
    {
        var walks = Walks;
        for (var i = 0; i < 8; i++)
            _rig.Tick();
        _rig.Shows(walks: walks, listen: 3, walkAgeNs: 0);
    }

    /// <summary>The kernel code behind each case: net/ipv4/tcp_ipv4.c, tcp_output.c, tcp.c (tcp_set_state), inet_timewait_sock.c.</summary>
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
        _rig.Shows(walks: walks + 1);
        Assert.Equal(40, _rig.State(becomes));
    }

    [Fact]
    public void ASegmentEachSecondIsAWalkEachSecond()
    {
        var walks = Walks;
        for (var i = 1; i <= 5; i++)
        {
            Counters(inSegs: 100 + i);
            _rig.Tick();
        }
        _rig.Shows(walks: walks + 5);
    }

    /// <summary>A process accepts a connection that its peer has closed: no counter moves.</summary>
    [Fact]
    public void ClosedConnectionsInAQueueCauseWalksUntilTheyAreAccepted()
    {
        _rig.Table.Add(new FakeSocket(TcpState.CloseWait) { Inode = 0 });
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        var walks = Walks;
        _rig.Tick();
        _rig.Shows(walks: walks + 1, closeWait: 1);
        _rig.Table.Set(new FakeSocket(TcpState.CloseWait));
        _rig.Tick();
        _rig.Tick();
        _rig.Shows(walks: walks + 2);
    }

    [Fact]
    public void HalfOpenConnectionsCauseWalksUntilTheyAreGone()
    {
        _rig.Table.Add(TcpState.SynRecv, 40);
        Counters(inSegs: 101);
        _rig.Tick();
        _rig.Tick();
        _rig.Table.Clear();
        _rig.Tick();
        _rig.Shows(synRecv: 0);
        var walks = Walks;
        _rig.Tick();
        _rig.Shows(walks: walks);
    }

    /// <summary>The slow lane does not walk, except once a minute, in case the counters missed something.</summary>
    [Fact]
    public void WithoutAnyChangeThereIsAWalkAMinute()
    {
        Counters(inSegs: 101);
        _rig.Tick();
        var walks = Walks;
        _rig.Table.Add(TcpState.LastAck, 7);
        for (var second = 1; second < 59; second++)
        {
            _rig.Tick(slow: second % 10 == 0);
            _rig.Shows(walks: walks, walkAgeNs: 0);
        }
        _rig.Tick();
        _rig.Tick();
        _rig.Shows(walks: walks + 1, lastAck: 7);
        for (var second = 2; second < 59; second++)
            _rig.Tick(slow: second % 10 == 0);
        _rig.Shows(walks: walks + 1);
    }

    [Fact]
    public void AReloadWalks()
    {
        var walks = Walks;
        _rig.Sockets.Reopen();
        _rig.Tick(slow: true);
        _rig.Shows(walks: walks + 1);
    }

    /// <summary>Rows of an unknown form may be gone the next time.</summary>
    [Fact]
    public void TheSlowLaneRepeatsAnIncompleteWalk()
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
        _rig.Shows(walks: walks + 2);
    }

    void Counters(int inSegs = 100)
    {
        _text["snmp"] = $"Tcp: InSegs OutSegs RetransSegs AttemptFails CurrEstab\nTcp: {inSegs} 90 2 1 5\n";
        foreach (var (file, text) in _text)
            _rig.Root.Write($"net/{file}", text);
    }
}
