using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>Where sock_diag cannot be used, /proc/net/tcp is read instead.</summary>
public sealed class SocketsFallbackTests : IDisposable
{
    const string Header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    readonly SocketsRig _rig = new();

    public SocketsFallbackTests()
    {
        _rig.Table.Add(TcpState.Listen, 3);
        _rig.Root.Write("net/tcp", Header + Row("0A") + Row("0A") + Row("06") + Row("01") + Row("01"));
    }

    public void Dispose() => _rig.Dispose();

    static string Row(string state) =>
        $"   0: 0100007F:0016 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 7001 1 0000000000000000\n";

    [Theory]
    [InlineData(Libc.EPERM)]
    [InlineData(Libc.ETIMEDOUT)]
    public void AFailingDumpIsReplacedInTheSameTickAndTriedAgainWithTheSlowLane(int errno)
    {
        _rig.Tick(1, 2);
        _rig.Table.Broken = errno;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9));
        Assert.Equal("procfs", _rig.Sockets.Mode);
        Assert.Equal((2, 1, 2), (_rig.State("listen"), _rig.State("time_wait"), _rig.State("established")));

        // Not before the slow lane, although it would succeed.
        _rig.Table.Broken = 0;
        var asked = _rig.Table.AskedStates.Count;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9));
        Assert.Equal((asked, "procfs", 2), (_rig.Table.AskedStates.Count, _rig.Sockets.Mode, _rig.State("listen")));
        Assert.Equal(ReadStatus.Ok, _rig.Tick(1, 2, slow: true));
        Assert.Equal(("sock_diag", 3, 2), (_rig.Sockets.Mode, _rig.State("listen"), _rig.State("time_wait")));
    }

    [Fact]
    public void WhileItKeepsFailingEachSlowTickAsksOnce()
    {
        _rig.Table.Broken = Libc.EPERM;
        for (var tick = 0; tick < 20; tick++)
        {
            Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9, slow: tick % 10 == 0));
            Assert.Equal(("procfs", 2), (_rig.Sockets.Mode, _rig.State("listen")));
        }
        Assert.Equal(2, _rig.Table.AskedStates.Count);
    }

    [Fact]
    public void WhenBothFailEverythingIsWithdrawnAndTheFileNamed()
    {
        _rig.Tick(1, 2);
        _rig.Table.Broken = Libc.EPERM;
        _rig.Root.Delete("net/tcp");
        var status = _rig.Tick(1, 2);
        Assert.Equal((Outcome.Failed, Libc.ENOENT), (status.Outcome, status.Errno));
        Assert.EndsWith("/net/tcp", status.Where, StringComparison.Ordinal);
        Assert.Null(_rig.State("listen"));
        Assert.Null(_rig.State("time_wait"));
        Assert.Null(_rig.Peak("listen"));
        Assert.Null(_rig.Sockets.Value("tcpagent_walk_age_seconds"));

        _rig.Table.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(1, 2, slow: true));
        Assert.Equal((3, 2, 3), (_rig.State("listen"), _rig.State("time_wait"), _rig.Peak("listen")));
    }

    [Fact]
    public void WithoutSockDiagAtAllTheFilesAreRead()
    {
        using var rig = new SocketsRig(diag: (_, _) => null);
        rig.Root.Write("net/tcp", Header + Row("0A"));
        rig.Root.Write("net/tcp6", Header + Row("0A") + "torn\n");
        var status = rig.Tick(0, 0, slow: true);
        Assert.Equal(Outcome.Partial, status.Outcome);
        Assert.EndsWith("/net/tcp6", status.Where, StringComparison.Ordinal);
        Assert.Equal((2, 1), (rig.State("listen"), rig.Sockets.Malformed));
    }

    /// <summary>A queue is emptied by a process, which no counter tells: /proc/net/tcp is the only one to say so.</summary>
    [Fact]
    public void WithoutSockDiagAnIdleHostIsWalkedWithEachSlowTick()
    {
        var counting = new CountingTable();
        using var rig = new SocketsRig(diag: (_, _) => null, proc: counting);
        rig.Root.Write("net/snmp", "Tcp: InSegs\nTcp: 1\n");
        rig.Root.Write("net/sockstat", "TCP: inuse 1 tw 0\n");
        rig.Tick();
        rig.Tick();
        var walks = counting.Walks;
        for (var tick = 0; tick < 20; tick++)
            rig.Tick(slow: tick % 10 == 0);
        Assert.Equal(walks + 2, counting.Walks);
    }

    [Fact]
    public void ADearReadingOfTheFilesNeverDelaysATickOnceThatIsKnown()
    {
        var expensive = new ExpensiveTable();
        using var rig = new SocketsRig(proc: expensive);
        rig.Table.Broken = Libc.EPERM;
        for (var tick = 0; tick < 5; tick++)
            rig.Tick(0, 0, slow: true);
        Assert.Equal(5, expensive.Threads.Count);
        Assert.DoesNotContain(Thread.CurrentThread, expensive.Threads[1..]);
    }

    sealed class CountingTable : ISocketTable
    {
        internal int Walks { get; private set; }

        public string Mode => "procfs";

        public string Where => "";

        public int Walk(SocketCensus census, bool full)
        {
            Walks++;
            census.Clear(isComplete: true);
            return 0;
        }

        public void Reopen()
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Costs more than a tick may spend.</summary>
    sealed class ExpensiveTable : ISocketTable
    {
        internal List<Thread> Threads { get; } = [];

        public string Mode => "procfs";

        public string Where => "";

        public int Walk(SocketCensus census, bool full)
        {
            Threads.Add(Thread.CurrentThread);
            var start = Libc.ThreadCpuTime();
            while (Libc.ThreadCpuTime() - start < 8_000_000)
            {
            }
            census.Clear(isComplete: true);
            return 0;
        }

        public void Reopen()
        {
        }

        public void Dispose()
        {
        }
    }
}
