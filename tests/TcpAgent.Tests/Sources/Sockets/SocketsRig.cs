using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>The sockets source over a table, a folder for the kernel's files and a clock, all of the test's.</summary>
sealed class SocketsRig : IDisposable
{
    /// <summary>A whole CPU: the cost of a walk never delays the next one beyond a tick.</summary>
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

    ReadStatus ReadAndDerive(bool slow)
    {
        var status = default(ReadStatus);
        Background.Read(Read, () => Sockets.IsWalking);
        return status;

        void Read()
        {
            var tick = new Tick(0, Time.Now, slow);
            foreach (var source in (Source[])[_snmp, _sockstat, Sockets])
                source.Remember();
            _snmp.Read(tick);
            _sockstat.Read(tick);
            status = Sockets.Read(tick);
            Sockets.Derive(tick);
        }
    }

    internal long? State(string state) => Sockets.Value("tcpagent_tcp_sockets", $"state=\"{state}\"");

    /// <summary>Sockets by state, the walks, the interface in use and how often the kernel was asked.</summary>
    internal void Shows(
        Expected established = default, Expected synRecv = default, Expected finWait2 = default, Expected timeWait = default,
        Expected closeWait = default, Expected lastAck = default, Expected listen = default, Expected transient = default,
        Expected walks = default, Expected walkAgeNs = default, Expected checks = default, Expected asked = default, string? mode = null) =>
        new Facts("sockets").Is(established, State("established")).Is(synRecv, State("syn_recv")).Is(finWait2, State("fin_wait2"))
            .Is(timeWait, State("time_wait")).Is(closeWait, State("close_wait")).Is(lastAck, State("last_ack")).Is(listen, State("listen"))
            .Is(transient, Sockets.Value("tcpagent_tcp_transient_sockets")).Is(walks, Sockets.Value("tcpagent_walks_total"))
            .Is(walkAgeNs, Sockets.Value("tcpagent_walk_age_seconds")).Is(checks, Sockets.Value("tcpagent_walk_checks_total"))
            .Is(asked, Table.AskedStates.Count).Is(mode, Sockets.Mode).Verify();

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
