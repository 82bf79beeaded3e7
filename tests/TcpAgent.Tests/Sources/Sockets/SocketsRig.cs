using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>The sockets source over a table, a folder for the kernel's files and a clock, all of the test's.</summary>
sealed class SocketsRig : IDisposable
{
    /// <summary>The whole of a CPU: what a walk costs here never puts off the next beyond a tick.</summary>
    internal static readonly SamplingOptions Options = SamplingOptions.Default with { WalkBudget = 1 };

    readonly TextSource _snmp;
    readonly TextSource _sockstat;

    internal SocketsRig(
        bool? currEstabHasCloseWait = null, Func<TempRoot, FakeSockets, ISocketTable?>? diag = null, ISocketTable? proc = null)
    {
        (_snmp, _sockstat) = (Snmp(), Sockstat());
        Check = new SocketCheck(Snmp(), Sockstat(), currEstabHasCloseWait, Time);
        Sockets = new Sockets(
            diag is null
                ? new NetlinkSocketTable(Table.Dump)
                : diag(Root, Table), proc ?? new ProcSocketTable(Root.Kernel), new SocketCounters(_snmp, _sockstat),
            Check, null, Options, Time);
    }

    internal TempRoot Root { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal FakeSockets Table { get; } = new();

    internal SocketCheck Check { get; }

    internal Sockets Sockets { get; }

    TextSource Snmp() => new("snmp", map => new TableParser(map), SnmpRows.Rows, [Root.Kernel.Proc("net/snmp")]);

    TextSource Sockstat() => new(
        "sockstat", map => new SockstatParser(map), SockstatRows.Rows,
        [Root.Kernel.Proc("net/sockstat"), Root.Kernel.Proc("net/sockstat6")]);

    internal void WriteCounters(int? currEstab, int? tw)
    {
        Root.Write("net/snmp", currEstab is null ? "Udp: NoPorts\nUdp: 1\n" : $"Tcp: CurrEstab\nTcp: {currEstab}\n");
        Root.Write("net/sockstat", tw is null ? "UDP: inuse 1\n" : $"TCP: inuse 100 tw {tw}\n");
        Root.Write("net/sockstat6", "TCP6: inuse 20\n");
    }

    /// <summary>One tick as the sampler makes it, a second after the last; null leaves a counter out.</summary>
    internal ReadStatus Tick(int? currEstab, int? tw, bool slow = false)
    {
        WriteCounters(currEstab, tw);
        Time.Now += ManualTime.Second;
        return ReadAndDerive(slow);
    }

    /// <summary>A tick a second later with the counters as they stand.</summary>
    internal ReadStatus Tick(bool slow = false)
    {
        Time.Now += ManualTime.Second;
        return ReadAndDerive(slow);
    }

    /// <summary>A walk that went to its thread is awaited, so that what it cost does not matter to the test.</summary>
    ReadStatus ReadAndDerive(bool slow)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            var tick = new Tick(0, Time.Now, slow);
            foreach (var source in (Source[])[_snmp, _sockstat, Sockets])
                source.Remember();
            _snmp.Read(tick);
            _sockstat.Read(tick);
            var status = Sockets.Read(tick);
            Sockets.Derive(tick);
            if (!Sockets.IsWalking)
                return status;
            Assert.True(DateTime.UtcNow < deadline, "a walk does not end");
            Thread.Sleep(1);
        }
    }

    internal long? State(string state) => Sockets.Value("tcpagent_tcp_sockets", $"state=\"{state}\"");

    internal long? Peak(string state) => Sockets.Value("tcpagent_tcp_sockets_peak", $"state=\"{state}\"");

    internal long? Difference(string state) => Sockets.Value("tcpagent_tcp_sockets_check_difference", $"state=\"{state}\"");

    public void Dispose()
    {
        Sockets.Dispose();
        _snmp.Dispose();
        _sockstat.Dispose();
        Root.Dispose();
    }
}
