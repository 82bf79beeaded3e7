using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Connection tracking, local ports, TIME_WAIT, orphans and memory.</summary>
static class TableScenarios
{
    internal const string Loopback = "127.0.0.77";

    internal static readonly Scenario[] All =
    [
        new("conntrack full", ["conntrack"], async stage =>
        {
            await Track(stage);
            stage.SetHost("net.netfilter.nf_conntrack_max", "60");
            stage.Start(stage.Client, Kind.UdpFlows, Stage.Server4, "9999", "100");
        })
        {
            Alone = true,
            // Its entries are datagrams: the timeout of TCP connections changes nothing.
            Also = document => Assert.DoesNotContain(
                "timeout_established", document.Resource("conntrack").GetProperty("advice")[0].GetString(), StringComparison.Ordinal),
            Counted = [(Signals.ConntrackDrops, 50)],
            Shown = [("tcpagent_conntrack_entries_limit", 60), ("tcpagent_resource_limit{resource=\"conntrack\"}", 60)],
        },
        new("conntrack nearly full", ["conntrack"], async stage =>
        {
            await Track(stage);
            stage.SetHost("net.netfilter.nf_conntrack_max", "1000");
            await stage.StartAndWait(stage.Client, Kind.UdpFlowsOnce, Stage.Server4, "9999", "850");
        })
        {
            Alone = true,
            Verdict = "near",
            Counted = [(Signals.ConntrackEntries, 800)],
            Still = [Signals.ConntrackDrops],
        },
        new("NAT out of ports, conntrack not full", ["nat_ports"], async stage =>
        {
            var nft = Require.Tool("nft", "nftables");
            await stage.Server.Run(nft, "add table ip lab");
            await stage.Server.Run(nft, "add chain ip lab post { type nat hook postrouting priority 100; }");
            await stage.Server.Run(nft, $"add rule ip lab post ip protocol udp udp dport 7000 snat to {Stage.Server4}:5000-5004");
            stage.Start(stage.Server, Kind.UdpFlows, Stage.Client4, "7000", "50");
        })
        {
            Counted = [(Signals.InsertFailures, 10), (Signals.ConntrackDrops, 10)],
            Also = document =>
            {
                Assert.Equal(0, document.Resource("conntrack").GetProperty("losses").GetInt64());
                Assert.Contains("NAT ran out of ports", document.Resource("nat_ports").Text("evidence"), StringComparison.Ordinal);
            },
        },
        new("local ports exhausted to one destination", ["ephemeral_ports"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40019");
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "1024");
            await Hold(stage, stage.Client, Stage.Server4, "8080", "40", "20 open, 20 failed");
        })
        {
            Watch = Place.Client,
            Counted = [(Signals.Established, 20)],
            Shown =
            [
                ($"tcpagent_ephemeral_ports_used{{source=\"{Stage.Client4}\",destination=\"{Stage.Server4}\",port=\"8080\"}}", 20),
                ("tcpagent_ephemeral_ports_usable", 20),
            ],
            Also = document => Assert.Equal($"{Stage.Client4} -> {Stage.Server4}:8080", document.Resource("ephemeral_ports").Subject()),
        },
        Scenario.Healthy("local ports in use to many destinations", async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40019");
            foreach (var port in (string[])["8080", "8081", "8082"])
                await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, port, "1024");
            await Hold(stage, stage.Client, Stage.Server4, "8080,8081,8082", "14", "42 open, 0 failed");
        }) with
        {
            Watch = Place.Client,
            Counted = [(Signals.Established, 42)],
        },
        new("TIME_WAIT table full", ["time_wait"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.tcp_max_tw_buckets=10");
            await ShortConnections(stage, "100");
        })
        {
            Watch = Place.Client,
            Counted = [(Signals.TimeWaitOverflows, 10), (Signals.TimeWait, 10)],
        },
        Scenario.Healthy("many TIME_WAIT", async stage =>
        {
            await ShortConnections(stage, "1500");
            await Task.Delay(TimeSpan.FromSeconds(2));
        }) with
        {
            Alone = true,
            Watch = Place.Client,
            Counted = [(Signals.TimeWait, 3000)],
            Still = [Signals.TimeWaitOverflows],
            Found = ["time_wait_is_harmless"],
        },
        new("accept queue and local ports at once", ["accept_queue", "ephemeral_ports"], async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.ip_local_port_range=40000 40019");
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
            await stage.StartAndWait(stage.Client, Kind.Hold, Stage.Client4, "9090", "1024");
            await Hold(stage, stage.Server, Stage.Client4, "9090", "40", "20 open, 20 failed");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.Established, 25)],
        },
        new("too many orphans", ["orphans"], stage =>
        {
            stage.SetHost("net.ipv4.tcp_max_orphans", "8");
            stage.StartOnHost(Kind.Unread, Loopback, "7201", "6");
            return Task.Delay(500);
        })
        {
            Alone = true,
            Watch = Place.Host,
            Counted = [(Signals.AbortsOnMemory, 10)],
        },
        new("TCP memory pressure", ["tcp_memory"], async stage =>
        {
            stage.SetHost("net.ipv4.tcp_mem", $"100 200 {await TcpMemoryLimit()}");
            stage.StartOnHost(Kind.Memory, Loopback, "7202", "20");
            await Task.Delay(1000);
        })
        {
            // The third value, at which the kernel refuses, stays as it is, so nothing is lost.
            Verdict = "near",
            Alone = true,
            Watch = Place.Host,
            Counted = [(Signals.MemoryPressures, 1)],
        },
        new("UDP memory full", ["udp_memory"], stage =>
        {
            // Above what the kernel keeps aside for each CPU (net/core/sock.c, SK_MEMORY_PCPU_RESERVE) before it looks at the limit.
            stage.SetHost("net.ipv4.udp_mem", "500 800 1000");
            stage.StartOnHost(Kind.UdpUnread, Loopback, "7300", "200");
            return Task.Delay(500);
        })
        {
            Alone = true,
            Watch = Place.Host,
            // Not 1000: pages of sockets long closed stay counted, up to that reserve for each CPU, until something needs them.
            Counted = [(Signals.UdpMemoryPages, 400)],
        },
    ];

    /// <summary>tcp_mem[2], where the kernel refuses, in pages.</summary>
    internal static async Task<string> TcpMemoryLimit() =>
        (await File.ReadAllTextAsync("/proc/sys/net/ipv4/tcp_mem")).Split('\t', ' ')[2].Trim();

    internal static async Task Track(Stage stage)
    {
        var nft = Require.Tool("nft", "nftables");
        await stage.Server.Run(nft, "add table inet lab");
        await stage.Server.Run(nft, "add chain inet lab input { type filter hook input priority 0; }");
        await stage.Server.Run(nft, "add rule inet lab input ct state new counter accept");
    }

    /// <summary>No counter of the kernel shows that local ports ran out; only connect() does.</summary>
    static async Task Hold(Stage stage, NetworkNamespace place, string address, string ports, string each, string outcome) =>
        Assert.Contains(outcome, await stage.StartAndWait(place, Kind.Held, address, ports, each), StringComparison.Ordinal);

    static async Task ShortConnections(Stage stage, string perSecond)
    {
        await stage.StartAndWait(stage.Server, Kind.EchoClose, Stage.Server4, "8080", "4096");
        stage.Start(stage.Client, Kind.Short, Stage.Server4, "8080", perSecond);
    }
}
