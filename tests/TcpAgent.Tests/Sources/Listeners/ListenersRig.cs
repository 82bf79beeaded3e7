using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>The listeners and the walk that adds to them, over a table, a folder and a clock of the test's.</summary>
sealed class ListenersRig : IDisposable
{
    internal const string TcpHeader = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    readonly TextSource _snmp;
    readonly TextSource _sockstat;
    readonly AcceptWaits? _waits;
    readonly Sockets _sockets;
    long _ticks;

    internal ListenersRig(int max = 256, bool hasDiag = true, double walkBudget = 1, LinkNames? links = null)
    {
        var options = SamplingOptions.Default with { WalkBudget = walkBudget, MaxListeners = max };
        Netstat = new TextSource("netstat", map => new TableParser(map), NetstatRows.Rows, [Root.Kernel.Proc("net/netstat")]);
        (_snmp, _sockstat) = (Snmp(), Sockstat());
        _waits = hasDiag ? new AcceptWaits(Table.Dump, options.WalkBudget, Time) : null;
        Listeners = new Listeners(hasDiag ? Table.Dump : null, _waits, _snmp, Netstat, options, Time, links);
        _sockets = new Sockets(
            hasDiag ? new NetlinkSocketTable(Table.Dump) : null, new ProcSocketTable(Root.Kernel), new SocketCounters(_snmp, _sockstat),
            new SocketCheck(Snmp(), Sockstat(), true, Time), Listeners, options, Time);
        WriteOpens(0);
        Root.Write("net/sockstat", "TCP: inuse 0 tw 0\n");
    }

    internal TextSource Netstat { get; }

    internal TempRoot Root { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal FakeSockets Table { get; } = new();

    internal Listeners Listeners { get; }

    internal Sockets Sockets => _sockets;

    TextSource Snmp() => new("snmp", map => new TableParser(map), SnmpRows.Rows, [Root.Kernel.Proc("net/snmp")]);

    TextSource Sockstat() => new("sockstat", map => new SockstatParser(map), SockstatRows.Rows, [Root.Kernel.Proc("net/sockstat")]);

    internal static FakeSocket Listen(
        ushort port, ulong cookie, uint length = 0, uint limit = 128, uint drops = 0, string address = "0.0.0.0") =>
        new(TcpState.Listen) { Address = address, Port = port, Cookie = cookie, Length = length, Limit = limit, Drops = drops };

    /// <summary>An unaccepted connection that completed its handshake <paramref name="waited"/> milliseconds ago.</summary>
    internal static FakeSocket Waiting(
        ushort port, uint waited, TcpState state = TcpState.Established, string address = "10.0.0.1", uint left = 0) =>
        new(state) { Address = address, Port = port, Waited = waited, Left = left, Inode = 0 };

    internal static string ProcRow(string local, string state, int length = 0, int inode = 7001) =>
        $"   0: {local} 00000000:0000 {state} 00000000:{length:X8} 00:00000000 00000000     0        0 {inode} 1 0000000000000000\n";

    /// <summary>Connections that came to the host since boot.</summary>
    internal void WriteOpens(long passiveOpens) => Root.Write("net/snmp", $"Tcp: CurrEstab PassiveOpens\nTcp: 0 {passiveOpens}\n");

    internal void WriteListenDrops(long drops) => Root.Write("net/netstat", $"TcpExt: ListenDrops\nTcpExt: {drops}\n");

    internal void WriteNetstat(long drops, long overflows, long queueFullDrops = 0, long queueFullCookies = 0) => Root.Write(
        "net/netstat",
        $"TcpExt: ListenDrops ListenOverflows TCPReqQFullDrop TCPReqQFullDoCookies\nTcpExt: {drops} {overflows} {queueFullDrops} "
        + $"{queueFullCookies}\n");

    /// <summary>One tick as the sampler makes it, a second after the last.</summary>
    internal ReadStatus Tick(bool slow = false)
    {
        Time.Now += ManualTime.Second;
        var (status, wasWalking) = (default(ReadStatus), false);
        Background.Read(Read, MustReadAgain);
        return status;

        void Read()
        {
            var tick = new Tick(_ticks++, Time.Now, slow);
            foreach (var source in (Source[])[_snmp, _sockstat, _sockets, Listeners, Netstat])
                source.Remember();
            _snmp.Read(tick);
            _sockstat.Read(tick);
            _sockets.Read(tick);
            status = Listeners.Read(tick);
            Netstat.Read(tick);
            _sockets.Derive(tick);
            if (status.Outcome != Outcome.Failed)
                Listeners.Derive(tick);
        }

        // The next read knows what a walk on its own thread found last.
        bool MustReadAgain()
        {
            var (isWalking, had) = (_sockets.IsWalking || _waits is { IsLooking: true }, wasWalking);
            wasWalking = isWalking;
            return isWalking || (had && status.Outcome == Outcome.Failed);
        }
    }

    internal long? Value(string metric, int port, string address = "0.0.0.0") =>
        Listeners.Value($"tcpagent_listener_{metric}", $"address=\"{address}\",port=\"{port}\"");

    internal long? Total(string metric) => Listeners.Value($"tcpagent_{metric}");

    internal long? Listening => _sockets.Value("tcpagent_tcp_sockets", "state=\"listen\"");

    /// <summary>What is exported of one listener.</summary>
    internal void Shows(
        int port, string address = "0.0.0.0", Expected queue = default, Expected limit = default, Expected peak = default,
        Expected fullest = default, Expected sockets = default, Expected drops = default, Expected recentDrops = default,
        Expected halfOpen = default, Expected abandoned = default, Expected oldestWaitMs = default, Expected late = default,
        Expected recentLate = default, Expected recentWaitMs = default)
    {
        long? Of(string metric) => Value(metric, port, address);
        new Facts($"{address}:{port}").Is(queue, Of("accept_queue_length")).Is(limit, Of("accept_queue_limit"))
            .Is(peak, Of("accept_queue_peak")).Is(fullest, Of("accept_queue_fullest")).Is(sockets, Of("sockets"))
            .Is(drops, Of("drops_total")).Is(recentDrops, Of("recent_drops")).Is(halfOpen, Of("syn_recv"))
            .Is(abandoned, Of("abandoned_connections")).Is(oldestWaitMs, Of("oldest_wait_seconds")).Is(late, Of("late"))
            .Is(recentLate, Of("recent_late_connections")).Is(recentWaitMs, Of("recent_wait")).Verify();
    }

    /// <summary>What is exported of all listeners together, and the interface that they were read by.</summary>
    internal void ShowsTotals(
        Expected listeners = default, Expected exported = default, Expected omitted = default, Expected unattributed = default,
        Expected sockets = default, string? mode = null) =>
        new Facts("listeners").Is(listeners, Total("listeners")).Is(exported, Listeners.Tables[0].Count)
            .Is(omitted, Total("listeners_omitted")).Is(unattributed, Total("listener_drops_unattributed")).Is(sockets, Listening)
            .Is(mode, Listeners.Mode).Verify();

    public void Dispose()
    {
        _sockets.Dispose();
        Listeners.Dispose();
        foreach (var source in (Source[])[Netstat, _snmp, _sockstat])
            source.Dispose();
        Root.Dispose();
    }
}
