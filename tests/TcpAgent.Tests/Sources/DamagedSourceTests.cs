using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Whole sources on fixture sets whose files are damaged at random: a status comes back, never an exception.</summary>
public class DamagedSourceTests
{
    const int Seed = 20260804;

    static readonly string[] s_files =
    [
        "net/snmp", "net/netstat", "net/sockstat", "net/sockstat6", "net/snmp6", "net/softnet_stat", "net/dev", "net/protocols",
        "net/stat/nf_conntrack", "sys/net/netfilter/nf_conntrack_count", "sys/net/ipv4/tcp_mem", "sys/net/core/somaxconn",
        "net/stat/arp_cache", "net/stat/ndisc_cache", "net/rt6_stats", "net/netfilter/nfnetlink_queue", "meminfo",
        "devices/system/cpu/online",
    ];

    static readonly string[] s_sets = ["linux-3.10-el7", "linux-4.18-el8", "linux-6.18", "linux-7.2", "torn"];

    static byte[] Pick(Random random, string file)
    {
        var set = Fixtures.Root(s_sets[random.Next(s_sets.Length)]);
        var path = Path.Combine(set, "proc", file);
        path = File.Exists(path) ? path : Path.Combine(set, "sys", file);
        var text = File.Exists(path) ? File.ReadAllBytes(path) : [];
        for (var i = random.Next(4); i > 0 && text.Length > 0; i--)
        {
            var at = random.Next(text.Length);
            var to = random.Next(text.Length);
            if (random.Next(2) == 0)
                text[at] = "0 9\n:-,fx\0"u8[random.Next(10)];
            else
                text = [.. text[..at], .. text[to..]];
        }
        return text;
    }

    [Fact]
    public void ADamagedHostDoesNotStopASource()
    {
        using var root = new TempRoot();
        Source[] sources =
        [
            new TextSource("snmp", map => new TableParser(map), SnmpRows.Rows, [root.Kernel.Proc("net/snmp")], allFields: true),
            new TextSource("netstat", map => new TableParser(map), NetstatRows.Rows, [root.Kernel.Proc("net/netstat")], allFields: true),
            new TextSource(
                "sockstat", map => new SockstatParser(map), SockstatRows.Rows,
                [root.Kernel.Proc("net/sockstat"), root.Kernel.Proc("net/sockstat6")]),
            new TextSource("snmp6", map => new NameValueParser(map), Snmp6Rows.Rows, [root.Kernel.Proc("net/snmp6")], isOptional: true),
            new Softnet(root.Kernel),
            new Devices(root.Kernel, netlink: null),
            new Conntrack(root.Kernel),
            new Protocols(root.Kernel),
            new Sysctl(root.Kernel),
            new Neighbours(root.Kernel),
            new NfQueue(root.Kernel),
        ];
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            foreach (var file in s_files)
            {
                root.Write(file, Pick(random, file));
                if (random.Next(20) == 0)
                    root.Delete(file);
            }
            foreach (var source in sources)
            {
                var malformed = source.Malformed;
                var status = default(ReadStatus);
                var exception = Record.Exception(() => status = source.Read());
                Assert.True(exception is null, $"seed {Seed}, round {round}, {source.Name}: {exception}");

                // The first of two parts to fail gives the reason, so a torn second file need not show its line.
                var torn = source.Malformed > malformed;
                Assert.True(torn || status.Line == 0, $"seed {Seed}, round {round}, {source.Name}: {status}");
                Assert.True(
                    !torn || status.Outcome is Outcome.Partial or Outcome.Failed, $"seed {Seed}, round {round}, {source.Name}: {status}");
                Assert.True(
                    status.Outcome != Outcome.Absent || source.Tables.All(IsEmpty), $"seed {Seed}, round {round}, {source.Name}: {status}");
            }
        }
        foreach (var source in sources)
            source.Dispose();
    }

    static bool IsEmpty(TcpAgent.Metrics.Table table) =>
        table.IsPlain ? !table[0].Values.ContainsAnyExcept(KernelValue.Absent) : table.Count == 0;
}
