using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

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
    public void AFailingDumpIsReplacedInTheSameTickAndRepeatedOnTheSlowLane(int errno)
    {
        _rig.Tick(1, 2);
        _rig.Table.Broken = errno;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9));
        _rig.Shows(mode: "procfs", listen: 2, timeWait: 1, established: 2);

        // It would succeed now, but it waits for the slow lane.
        _rig.Table.Broken = 0;
        var asked = _rig.Table.AskedStates.Count;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9));
        _rig.Shows(asked: asked, mode: "procfs", listen: 2);
        Assert.Equal(ReadStatus.Ok, _rig.Tick(1, 2, slow: true));
        _rig.Shows(mode: "sock_diag", listen: 3, timeWait: 2);
    }

    [Fact]
    public void WhileTheDumpKeepsFailingEachSlowTickAsksOnce()
    {
        _rig.Table.Broken = Libc.EPERM;
        for (var tick = 0; tick < 20; tick++)
        {
            Assert.Equal(ReadStatus.Ok, _rig.Tick(9, 9, slow: tick % 10 == 0));
            _rig.Shows(mode: "procfs", listen: 2);
        }
        _rig.Shows(asked: 2);
    }

    [Fact]
    public void WhenBothFailNothingIsExportedAndTheFileIsNamed()
    {
        _rig.Tick(1, 2);
        _rig.Table.Broken = Libc.EPERM;
        _rig.Root.Delete("net/tcp");
        var status = _rig.Tick(1, 2);
        status.Shows(Outcome.Failed, errno: Libc.ENOENT, file: "/net/tcp");
        _rig.Shows(listen: Absent, timeWait: Absent, walkAgeNs: Absent);
        Assert.Null(_rig.Peak("listen"));
    }

    [Fact]
    public void AfterBothFailedTheSlowLaneBringsEverythingBack()
    {
        _rig.Tick(1, 2);
        _rig.Table.Broken = Libc.EPERM;
        _rig.Root.Delete("net/tcp");
        _rig.Tick(1, 2);
        _rig.Table.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.Tick(1, 2, slow: true));
        _rig.Shows(listen: 3, timeWait: 2);
        Assert.Equal(3, _rig.Peak("listen"));
    }

    [Fact]
    public void WithoutSockDiagTheFilesAreRead()
    {
        using var rig = new SocketsRig(diag: (_, _) => null);
        rig.Root.Write("net/tcp", Header + Row("0A"));
        rig.Root.Write("net/tcp6", Header + Row("0A") + "torn\n");
        var status = rig.Tick(0, 0, slow: true);
        status.Shows(Outcome.Partial, file: "/net/tcp6");
        rig.Shows(listen: 2);
        Assert.Equal(1, rig.Sockets.Malformed);
    }

    /// <summary>No counter moves when a process empties a queue; only /proc/net/tcp shows it.</summary>
    [Fact]
    public void WithoutSockDiagEachSlowTickWalksAnIdleHost()
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
    public void FilesThatAreExpensiveToReadDelayOnlyTheFirstTick()
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
