using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>
/// The ports source over a table, a folder for the kernel's files and a clock, all of the test's. The range has 20 ports.
/// </summary>
sealed class EphemeralPortsRig : IDisposable
{
    internal const string PortRange = "sys/net/ipv4/ip_local_port_range", ReservedPorts = "sys/net/ipv4/ip_local_reserved_ports";

    /// <summary>The destination where a test names none.</summary>
    internal const string A = "source=\"10.0.0.1\",destination=\"10.0.0.2\",port=\"443\"";

    /// <summary>The kernel's count of connections opened.</summary>
    internal int Opens { get; set; }

    static EphemeralPortsRig()
    {
        // Compiles what a scan runs, so that no test's scan is expensive for that reason alone.
        using var rig = new EphemeralPortsRig();
        rig.Connect(40000, 20);
        for (var tick = 0; tick < 3; tick++)
            rig.Tick();
    }

    internal EphemeralPortsRig(double walkBudget = 1, bool hasDiag = true)
    {
        Snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.Rows, [Root.Kernel.Proc("net/snmp")]);
        Sockstat = new TextSource("sockstat", map => new SockstatParser(map), SockstatRows.Rows, [Root.Kernel.Proc("net/sockstat")]);
        Netstat = new TextSource("netstat", map => new TableParser(map), NetstatRows.Rows, [Root.Kernel.Proc("net/netstat")]);
        Ports = new EphemeralPorts(
            hasDiag ? new PortScan(Table.Dump, Root.Kernel) : null, Snmp, new SocketCounters(Snmp, Sockstat),
            SamplingOptions.Default with { WalkBudget = walkBudget }, Time, netstat: Netstat);
        Root.Write("net/sockstat", "TCP: inuse 8 tw 4\n");
        Root.Write(PortRange, "40000\t40019\n");
        Root.Write(ReservedPorts, "\n");
    }

    internal TempRoot Root { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal FakeSockets Table { get; } = new();

    internal TextSource Snmp { get; }

    internal TextSource Sockstat { get; }

    internal TextSource Netstat { get; }

    /// <summary>The counters of TcpExt, as "name value".</summary>
    internal Dictionary<string, long> TcpExt { get; } = [];

    internal EphemeralPorts Ports { get; }

    /// <summary>The kernel's count of segments received.</summary>
    internal int Segments { get; set; }

    internal bool HasCounter { get; set; } = true;

    internal int Scans => Table.AskedRanges.Count;

    /// <summary>One tick, a second after the last; a connection was opened meanwhile, or none.</summary>
    internal ReadStatus Tick(bool opened = true, bool slow = false)
    {
        Opens += opened ? 1 : 0;
        Root.Write("net/snmp", HasCounter ? $"Tcp: ActiveOpens InSegs\nTcp: {Opens} {Segments}\n" : "Udp: NoPorts\nUdp: 1\n");
        Root.Write("net/netstat", $"TcpExt: {string.Join(' ', TcpExt.Keys)}\nTcpExt: {string.Join(' ', TcpExt.Values)}\n");
        Time.Now += ManualTime.Second;
        var status = default(ReadStatus);
        Background.Read(Read, () => Ports.IsLooking);
        return status;

        void Read()
        {
            var tick = new Tick(0, Time.Now, slow);
            foreach (var source in (Source[])[Snmp, Sockstat, Ports, Netstat])
                source.Remember();
            Snmp.Read(tick);
            Sockstat.Read(tick);
            status = Ports.Read(tick);
            Netstat.Read(tick);
            Ports.Derive(tick);
        }
    }

    internal static FakeSocket Connection(
        int port, TcpState state = TcpState.Established, string remote = "10.0.0.2", ushort remotePort = 443) =>
        new(state)
        {
            Address = remote.Contains(':') ? remote.Replace(":2", ":1") : "10.0.0.1",
            Port = (ushort)port,
            Remote = remote,
            RemotePort = remotePort
        };

    internal void Connect(int first, int count, TcpState state = TcpState.Established, string remote = "10.0.0.2", ushort remotePort = 443)
    {
        for (var port = first; port < first + count; port++)
            Table.Add(Connection(port, state, remote, remotePort));
    }

    internal long? Used(string key = A) => Ports.Value("tcpagent_ephemeral_ports_used", key);

    internal long? Total(string name) => Ports.Value($"tcpagent_ephemeral_{name}");

    /// <summary>What is exported of one tuple of source, destination and port.</summary>
    internal void Shows(string tuple = A, Expected used = default, Expected timeWait = default) =>
        new Facts(tuple).Is(used, Used(tuple)).Is(timeWait, Ports.Value("tcpagent_ephemeral_ports_time_wait", tuple)).Verify();

    /// <summary>What is exported of all tuples together, and how many scans there were; <paramref name="used"/> is of one tuple.</summary>
    internal void ShowsScan(
        Expected scans = default, Expected ageNs = default, Expected used = default, Expected usable = default,
        Expected listening = default, Expected tuples = default, Expected omitted = default) =>
        new Facts("ephemeral ports").Is(scans, Scans).Is(ageNs, Total("ports_age_seconds")).Is(used, Used())
            .Is(usable, Total("ports_usable")).Is(listening, Total("ports_listening")).Is(tuples, Total("port_tuples"))
            .Is(omitted, Total("ports_omitted")).Verify();

    /// <summary>The tuple that holds most, as the resource takes it; without one, no port is held.</summary>
    internal void ShowsFullest(Expected held = default, Expected timeWait = default, Expected usable = default, string? tuple = null)
    {
        Assert.True(Ports.IsKnown, "the ports are not known");
        var worst = Ports.Worst.IsEmpty ? default : Ports.Worst[0];
        new Facts("fullest").Is(held, worst.Held).Is(timeWait, worst.TimeWait).Is(usable, Ports.Limit)
            .Is(tuple, Ports.Worst.IsEmpty ? "" : Encoding.UTF8.GetString(Ports.InstanceOf(worst.Tuple).Labels)).Verify();
    }

    public void Dispose()
    {
        Ports.Dispose();
        Snmp.Dispose();
        Netstat.Dispose();
        Sockstat.Dispose();
        Root.Dispose();
    }
}
