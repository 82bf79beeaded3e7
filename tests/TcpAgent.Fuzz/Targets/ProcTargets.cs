using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>Sources that read files. The input is their files at one moment, and then at others.</summary>
static partial class ProcTargets
{
    const int MostTicks = 4;

    internal static readonly string[] PortFiles = ["sys/net/ipv4/ip_local_port_range", "sys/net/ipv4/ip_local_reserved_ports"];

    internal static readonly string[] SocketFiles = ["net/tcp", "net/tcp6", "net/snmp", "net/sockstat"];

    internal static readonly Dictionary<string, (string[] Files, Func<KernelRoot, Source> Open)> Sources = new()
    {
        ["snmp"] = (["net/snmp"], root => Table(root, "snmp", SnmpRows.Rows)),
        ["netstat"] = (["net/netstat"], root => Table(root, "netstat", NetstatRows.Rows)),
        ["sockstat"] = (["net/sockstat", "net/sockstat6"], Sockstat),
        ["snmp6"] = (["net/snmp6"], root => new TextSource(
            "snmp6", map => new NameValueParser(map), Snmp6Rows.Rows, [root.Proc("net/snmp6")], isOptional: true, allFields: true)),
        ["softnet"] = (["net/softnet_stat", "devices/system/cpu/online", "devices/system/cpu/present"], root => new Softnet(root)),
        ["devices"] = (
            ["net/dev", "class/net/eth0/statistics/rx_dropped", "class/net/eth0/statistics/rx_missed_errors", "class/net/eth0/flags"],
            root => new Devices(root, netlink: null)),
        ["conntrack"] = (
            ["net/stat/nf_conntrack", "sys/net/netfilter/nf_conntrack_count", "sys/net/netfilter/nf_conntrack_max",
                "sys/net/netfilter/nf_conntrack_buckets"],
            root => new Conntrack(root)),
        ["protocols"] = (["net/protocols"], root => new Protocols(root)),
        ["sysctl"] = (["meminfo", .. SysctlRows.Rows.Select(row => $"sys/{row.Section}").Distinct()], root => new Sysctl(root)),
        ["neighbours"] = (["net/stat/arp_cache", "net/stat/ndisc_cache", "net/rt6_stats"], root => new Neighbours(root)),
        ["nfqueue"] = (["net/netfilter/nfnetlink_queue"], root => new NfQueue(root)),
        ["process"] = (["self/stat", "self/limits", "stat"], root => new ProcessMetrics(root)),
    };

    internal static IEnumerable<string> AllFiles => Sources.Values.SelectMany(source => source.Files).Concat(PortFiles).Concat(SocketFiles);

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Numbers();

    internal static void Source(string name, byte[] input)
    {
        var (files, open) = Sources[name];
        using var source = open(Folder.Root);
        foreach (var moment in Split(input, Folder.TickSeparator).Take(MostTicks))
        {
            Folder.Write(files, moment);
            var malformed = source.Malformed;
            var status = source.Read(SourceCheck.FirstTick);
            SourceCheck.Check(source, status, malformed);
            if (source is TextSource)
                AreInTheText(source, moment);
        }
    }

    /// <summary>Such a source adds nothing up: each of its values is in its text.</summary>
    static void AreInTheText(Source source, byte[] text)
    {
        var numbers = new HashSet<long>();
        foreach (Match match in Numbers().Matches(Encoding.Latin1.GetString(text)))
        {
            var value = BigInteger.Parse(match.Value, CultureInfo.InvariantCulture);
            numbers.Add((long)BigInteger.Min(long.MaxValue, BigInteger.Max(-long.MaxValue, value)));
        }
        foreach (var table in source.Tables)
            for (var instance = 0; instance < table.Count; instance++)
                foreach (var value in table[instance].Values)
                    Hold(value == KernelValue.Absent || numbers.Contains(value), $"{source.Name}: {value} is not in the text");
    }

    /// <summary>The socket table as /proc prints it, which also contains the listeners.</summary>
    internal static void Sockets(byte[] input)
    {
        Folder.Write(SocketFiles, input);
        using var rig = new SocketsRig(null);
        rig.Check();
    }

    /// <summary>Lists of CPUs and of ports, compared with a simple reader.</summary>
    internal static void Lists(byte[] input)
    {
        var ids = new int[1024];
        var count = CpuList.Parse(input, ids);
        Hold(
            count >= -1 && count <= ids.Length && ids.AsSpan(0, Math.Max(0, count)).IndexOfAnyExceptInRange(0, int.MaxValue) < 0,
            $"{count} CPUs");

        var ports = new PortList();
        if (!ports.TryAdd(input))
            return;
        var expected = new SortedSet<int>();
        foreach (var range in Encoding.ASCII.GetString(input).TrimEnd('\n').Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            expected.UnionWith(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
        }
        Hold(
            ports.CountWithin(0, ushort.MaxValue) == expected.Count && expected.All(port => ports.Contains((ushort)port)),
            "other ports than the list has");
    }

    internal static TextSource Table(KernelRoot root, string name, Rows rows) =>
        new(name, map => new TableParser(map), rows, [root.Proc($"net/{name}")], allFields: true);

    internal static TextSource Sockstat(KernelRoot root) =>
        new("sockstat", map => new SockstatParser(map), SockstatRows.Rows, [root.Proc("net/sockstat"), root.Proc("net/sockstat6")]);
}
