using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sampling;

namespace TcpAgent.Sources;

/// <summary>The list of sources, in the order they are read and exported.</summary>
static class All
{
    /// <summary>Names for the flags --collector.NAME and --no-collector.NAME.</summary>
    internal static readonly string[] Names =
    [
        "sockets", "snmp", "sockstat", "netstat", "snmp6", "softnet", "devices", "conntrack", "protocols", "sysctl", "process",
    ];

    internal static List<Source> Open(KernelRoot root, SamplingOptions options, TimeProvider time)
    {
        var snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.All, [root.Proc("net/snmp")], allFields: options.AllNetstatFields);
        var sockstat = new TextSource(
            "sockstat", map => new SockstatParser(map), SockstatRows.All, [root.Proc("net/sockstat"), root.Proc("net/sockstat6")]);
        List<Source> sources = [];

        // The walk comes first and what its arithmetic needs right after it. On a folder netlink would speak of another kernel.
        if (root.Live && options.IsEnabled("sockets"))
        {
            sources.Add(new Sockets(NetlinkDump.For(NetlinkSocket.NETLINK_SOCK_DIAG), snmp, sockstat, options, time));
            snmp.IsExported = options.IsEnabled("snmp");
            sockstat.IsExported = options.IsEnabled("sockstat");
            sources.Add(snmp);
            sources.Add(sockstat);
        }
        else
        {
            Add(sources, options, snmp);
            Add(sources, options, sockstat);
        }
        Add(sources, options, new TextSource(
            "netstat", map => new TableParser(map), NetstatRows.All, [root.Proc("net/netstat")], allFields: options.AllNetstatFields));
        Add(sources, options, new TextSource("snmp6", map => new NameValueParser(map), Snmp6Rows.All, [root.Proc("net/snmp6")], isOptional: true));
        Add(sources, options, new Softnet(root));
        Add(sources, options, new Devices(root, root.Live ? NetlinkDevices.Live() : null));
        Add(sources, options, new Conntrack(root));
        Add(sources, options, new Protocols(root));
        Add(sources, options, new Sysctl(root));

        // The agent's own process is on the live kernel whatever is sampled.
        Add(sources, options, new AgentProcess(root.Live ? root : new KernelRoot("/proc", "/sys", Live: true)));
        return sources;
    }

    static void Add(List<Source> sources, SamplingOptions options, Source source)
    {
        if (options.IsEnabled(source.Name))
            sources.Add(source);
        else
            source.Dispose();
    }
}
