using TcpAgent.Kernel;
using TcpAgent.Kernel.Log;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The list of sources, in the order in which they are read and exported.</summary>
static class SourceList
{
    /// <summary>Names for the flags --collector.NAME and --no-collector.NAME.</summary>
    internal static readonly string[] Names =
    [
        "snmp", "sockstat", "sockets", "ports", "listeners", "connections", "unix", "udp", "owners", "netstat", "snmp6", "softnet",
        "devices", "nics", "conntrack", "protocols", "sysctl", "neighbours", "qdisc", "nfqueue", "kmsg", "open_files", "namespaces",
        "process",
    ];

    internal static List<Source> Open(KernelRoot root, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
    {
        var (snmp, sockstat) = (Snmp(root, options.AllNetstatFields), Sockstat(root));
        var netstat = new TextSource(
            "netstat", map => new TableParser(map), NetstatRows.Rows, [root.ProcRecord("net/netstat")],
            allFields: options.AllNetstatFields);

        var links = root.Live ? LinkNames.Live() : null;
        var listeners = new Listeners(
            SockDiagOf(root),
            SockDiagOf(root) is { } waiting ? new AcceptWaits(waiting, options.WalkBudget, time, events) : null, snmp, netstat, options,
            time, links)
        { Needs = [snmp, netstat] };
        var sockets = new Sockets(
            SockDiagOf(root) is { } walked ? new NetlinkSocketTable(walked) : null, new ProcSocketTable(root),
            new SocketCounters(snmp, sockstat),
            new SocketCheck(Snmp(root, allFields: false), Sockstat(root), CurrEstabHasCloseWait(root), time),
            options.IsEnabled("listeners") ? listeners : null, options, time, events, SynLinearTimeouts(root))
        { Needs = [snmp, sockstat] };

        var ports = new EphemeralPorts(
            SockDiagOf(root) is { } scanned ? new PortScan(scanned, root) : null, snmp, new SocketCounters(snmp, sockstat), options, time,
            events, netstat)
        { Needs = [snmp, sockstat, netstat] };

        var connections = new Connections(
            SockDiagOf(root) is { } compared ? new ConnectionScan(compared, new PortSettings(root), time) : null, listeners, snmp,
            new SocketCounters(snmp, sockstat), options, time, events, root.Live ? Memory(sockets, ports) : null)
        { Needs = [listeners, snmp, sockstat] };

        var snmp6 = new TextSource(
            "snmp6", map => new NameValueParser(map), Snmp6Rows.Rows, [root.ProcRecord("net/snmp6")], isOptional: true,
            allFields: options.AllNetstatFields);
        var unix = new UnixListeners(
            SockDiagOf(root), SockDiagOf(root) is { } again ? new UnixReread(again) : null, options, time, events);
        var udp = new UdpSockets(
            SockDiagOf(root) is { } received ? new UdpScan(received, new PortSettings(root)) : null, sockstat, snmp, snmp6, options, time,
            events)
        { Needs = [sockstat, snmp, snmp6] };

        var owners = new Owners(
            root, root.Live, listeners, options.IsEnabled("udp") ? udp : null, options.IsEnabled("sockets") ? sockets : null, options, time,
            events)
        {
            Needs = [listeners],
        };
        var processes = new ProcessWatch(root, options, time, events);
        var files = new OpenFiles(root, processes);

        // The counters that trigger a walk come before it, the listeners just before the drops that they explain.
        var (softnet, conntrack) = (new Softnet(root), new Conntrack(root));
        var chosen = Choose(
            options, snmp, sockstat, sockets, ports, listeners, connections, unix, udp, owners, netstat, snmp6,
            softnet, new Devices(root, links is null ? null : new NetlinkDevices(NetlinkDump.For(NetlinkSocket.NETLINK_ROUTE), links)),
            Cards(links, options, time), conntrack, new Protocols(root), new Sysctl(root, new LossWatch(netstat, softnet)),
            new Neighbours(root), new Qdiscs(links is null ? null : NetlinkDump.For(NetlinkSocket.NETLINK_ROUTE), links), new NfQueue(root),
            new KernelEvents(root.Live ? new KernelLog() : null, time),
            files, new Namespaces(root, processes, options, time) { Needs = [files] },

            // The agent's own process is always on the live kernel, whatever is sampled.
            new ProcessMetrics(root.Live ? root : new KernelRoot("/proc", "/sys", Live: true)));
        if (options.HasConntrackTable && options.IsEnabled(conntrack.Name))
            chosen.Insert(chosen.IndexOf(conntrack) + 1, new ConntrackTable(
                root.Live ? NetlinkDump.For(NetlinkSocket.NETLINK_NETFILTER) : null, conntrack, options, time, events));
        return chosen;
    }

    /// <summary>Null for a plain directory, because netlink would answer for another kernel.</summary>
    static NetlinkDump? SockDiagOf(KernelRoot root) => root.Live ? NetlinkDump.For(NetlinkSocket.NETLINK_SOCK_DIAG) : null;

    /// <param name="links">Null for a plain directory.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    static Nics Cards(LinkNames? links, SamplingOptions options, TimeProvider time) => new(
        links is null ? null
            : new NicReader(NetlinkDump.For(NetlinkSocket.NETLINK_GENERIC, staysOpen: true), new DriverStatistics()),
        links, options, time);

    /// <summary>Destinations of both, which are read before it. Where one is switched off, its tables stay empty.</summary>
    static RoundTripMemory Memory(Sockets sockets, EphemeralPorts ports) => new(
        NetlinkDump.For(NetlinkSocket.NETLINK_GENERIC, staysOpen: true), sockets[PeerRows.Syns], sockets[PeerRows.Connects],
        ports[PeerRows.Connections], ports[EphemeralPortRows.Tuples]);

    /// <summary>Removes sources that are switched off. If another source computes from one, it is still read but not exported.</summary>
    static List<Source> Choose(SamplingOptions options, params ReadOnlySpan<Source> sources)
    {
        var chosen = new List<Source>();
        foreach (var source in sources)
        {
            source.IsExported = options.IsEnabled(source.Name);
            if (source.IsExported || IsNeeded(source, sources, options))
                chosen.Add(source);
            else
                source.Dispose();
        }
        return chosen;
    }

    static bool IsNeeded(Source source, ReadOnlySpan<Source> sources, SamplingOptions options)
    {
        foreach (var other in sources)
            if (options.IsEnabled(other.Name) && other.Needs.Contains(source))
                return true;
        return false;
    }

    static TextSource Snmp(KernelRoot root, bool allFields) =>
        new("snmp", map => new TableParser(map), SnmpRows.Rows, [root.ProcRecord("net/snmp")], allFields: allFields);

    static TextSource Sockstat(KernelRoot root) =>
        new("sockstat", map => new SockstatParser(map), SockstatRows.Rows,
            [root.ProcRecord("net/sockstat"), root.ProcRecord("net/sockstat6")]);

    /// <summary>Returns 0 before 6.5, where each timeout of a SYN doubles.</summary>
    static int SynLinearTimeouts(KernelRoot root)
    {
        using var file = root.Proc("sys/net/ipv4/tcp_syn_linear_timeouts", ProcFile.ValueCapacity);
        if (file.Read(out var text) != 0)
            return 0;
        var cursor = new Cursor(text);
        return cursor.TryReadLine(out var line) && line.TryReadInt64(out var value) ? (int)Math.Clamp(value, 0, byte.MaxValue) : 0;
    }

    /// <summary>True from 6.10 on, which has the fix; null before, where only a full count shows whether it was backported.</summary>
    static bool? CurrEstabHasCloseWait(KernelRoot root)
    {
        using var file = root.Proc("sys/kernel/osrelease", ProcFile.ValueCapacity);
        if (file.Read(out var text) != 0)
            return null;
        var dot = text.IndexOf((byte)'.');
        if (dot < 0 || !Cursor.TryParseInt64(text[..dot], out var major))
            return null;
        var rest = text[(dot + 1)..];
        var end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end > 0 && Cursor.TryParseInt64(rest[..end], out var minor) && (major > 6 || (major == 6 && minor >= 10)) ? true : null;
    }
}
