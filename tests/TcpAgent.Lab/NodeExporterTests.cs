using System.Text.RegularExpressions;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab;

/// <summary>--metrics.node-names beside a real node_exporter in a namespace with sockets in every state.</summary>
[Trait("Category", "root")]
public partial class NodeExporterTests
{
    const int Port = 9100;

    /// <summary>Sums of queued bytes, which take a look at every socket.</summary>
    static readonly string[] s_leftOut =
    [
        "node_tcp_connection_states{state=\"rx_queued_bytes\"}", "node_tcp_connection_states{state=\"tx_queued_bytes\"}",
    ];

    /// <summary>What other namespaces change too.</summary>
    static readonly string[] s_ofTheHost =
    [
        "node_sockstat_TCP_alloc", "node_sockstat_TCP_mem", "node_sockstat_TCP_mem_bytes", "node_sockstat_TCP_orphan",
        "node_sockstat_UDP_mem", "node_sockstat_UDP_mem_bytes",
    ];

    [GeneratedRegex("^node_(netstat|sockstat|nf_conntrack|softnet|tcp_connection|udp_queues|network_(receive|transmit))")]
    private static partial Regex Shared();

    [GeneratedRegex("_total$|^node_netstat_(?!Tcp_CurrEstab)")]
    private static partial Regex Rising();

    /// <summary>The series with sorted labels.</summary>
    static Dictionary<string, double> Series(string exposition) => AgentProgram.Parse(exposition)
        .Where(one => Shared().IsMatch(one.Key)).ToDictionary(one => Sorted(one.Key), one => one.Value);

    static string Sorted(string series) => series.IndexOf('{', StringComparison.Ordinal) is > 0 and var brace
        ? $"{series[..brace]}{{{string.Join(',', series[(brace + 1)..^1].Split(',').Order(StringComparer.Ordinal))}}}" : series;

    static Dictionary<string, string> Types(string exposition) => exposition.Split('\n')
        .Where(line => line.StartsWith("# TYPE node_", StringComparison.Ordinal)).Select(line => line.Split(' '))
        .ToDictionary(words => words[2], words => words[3]);

    [SkippableFact]
    public async Task NamesTypesLabelsAndValuesAreThose()
    {
        var program = Require.Tool("prometheus-node-exporter", "prometheus-node-exporter");
        await using var place = await NetworkNamespace.Create();
        await using var states = await TrafficProgram.StartReady(place, Kind.TcpStates, "300");
        await using var node = place.Start(program, $"--web.listen-address=127.0.0.1:{Port}", "--collector.tcpstat");
        await Eventually.Holds(
            () => Task.FromResult(node.Output.Contains("istening", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), () => node.Output);
        await TrafficProgram.Run(place, Kind.Get, $"http://127.0.0.1:{Port}/metrics");

        var before = Series(await AgentProgram.PrintIn(place, "--metrics.node-names"));
        var theirs = await TrafficProgram.Run(place, Kind.Get, $"http://127.0.0.1:{Port}/metrics");
        var mine = await AgentProgram.PrintIn(place, "--metrics.node-names");
        var (after, wanted) = (Series(mine), Series(theirs));

        Assert.Equal(s_leftOut, wanted.Keys.Where(series => !after.ContainsKey(series)).Order(StringComparer.Ordinal));
        var (types, ours) = (Types(theirs), Types(mine));
        Assert.All(types.Where(one => Shared().IsMatch(one.Key)), one => Assert.Equal((one.Key, one.Value), (one.Key, ours[one.Key])));

        // Its own scrape is a connection with two ends, and its collectors, which run at once, ask the kernel through sockets of their own.
        const int OfTheScrape = 4, OfTheCollectors = 32;
        Assert.All(wanted.Where(one => !s_leftOut.Contains(one.Key) && !s_ofTheHost.Contains(one.Key)), one =>
        {
            var (low, high) = (Math.Min(before[one.Key], after[one.Key]), Math.Max(before[one.Key], after[one.Key]));
            var room = one.Key == "node_sockstat_sockets_used" ? OfTheScrape + OfTheCollectors
                : Rising().IsMatch(one.Key.Split('{')[0]) ? 0
                : OfTheScrape;
            Assert.True(one.Value >= low - room && one.Value <= high + room, $"{one.Key} is {one.Value}, ours {low} to {high}");
        });
        Assert.True(wanted["node_netstat_TcpExt_ListenDrops"] > 0);
        Assert.True(wanted["node_tcp_connection_states{state=\"syn_recv\"}"] > 0);
    }
}
