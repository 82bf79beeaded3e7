using System.Globalization;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab;

/// <summary>Every TCP state, made for real in a namespace of the test's own, against ss and nstat.</summary>
[Trait("Category", "root")]
public class SocketStateTests
{
    static Task<Child> MakeStates(NetworkNamespace place) => TrafficProgram.StartReady(place, Kind.TcpStates, "300");

    static async Task<Dictionary<string, int>> Count(NetworkNamespace place) =>
        SocketStates.Parse(await place.Run(Require.Tool("ss", "iproute2"), "-Htan"));

    static async Task<double> ListenDrops(NetworkNamespace place)
    {
        var line = (await place.Run(Require.Tool("nstat", "iproute2"), "-asz", "TcpExtListenDrops")).Split('\n')
            .Single(one => one.StartsWith("TcpExtListenDrops", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>No state is empty but close, which ss does not list.</summary>
    static void AssertAllAreThere(Dictionary<string, int> counts) =>
        Assert.Equal(["close"], SocketStates.All.Where(state => counts[state] == 0));

    [SkippableFact]
    public async Task EveryStateAgreesWithSs()
    {
        await using var place = await NetworkNamespace.Create();
        await using var states = await MakeStates(place);
        var before = await Count(place);
        AssertAllAreThere(before);
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(place));
        SocketStates.AssertBetween(before, await Count(place), series);
        Assert.Contains("tcpagent_source_mode{source=\"sockets\",mode=\"sock_diag\"}", series.Keys);
        Assert.Contains("tcpagent_source_mode{source=\"listeners\",mode=\"sock_diag\"}", series.Keys);
    }

    [SkippableFact]
    public async Task TheFilesOfProcShowTheSame()
    {
        await using var place = await NetworkNamespace.Create();
        await using var states = await MakeStates(place);
        var folder = Directory.CreateTempSubdirectory("tcp-agent-lab-");
        try
        {
            // A plain folder: the agent takes no netlink for it.
            Directory.CreateDirectory($"{folder}/net");
            var before = await Count(place);
            foreach (var file in (string[])["tcp", "tcp6", "snmp", "netstat", "sockstat", "sockstat6"])
                await File.WriteAllTextAsync($"{folder}/net/{file}", await place.Run("/bin/cat", $"/proc/net/{file}"));
            var after = await Count(place);
            AssertAllAreThere(before);
            var series = AgentProgram.Parse(await AgentProgram.PrintIn(place, $"--path.procfs={folder}"));
            SocketStates.AssertBetween(before, after, series);
            Assert.Contains("tcpagent_source_mode{source=\"sockets\",mode=\"procfs\"}", series.Keys);
            Assert.Equal(3, series["tcpagent_listener_accept_queue_length{address=\"10.92.0.1\",port=\"7002\"}"]);
            Assert.Equal(1, series["tcpagent_listener_abandoned_connections{address=\"10.92.0.1\",port=\"7002\"}"]);
            Assert.DoesNotContain("tcpagent_listener_accept_queue_limit{address=\"10.92.0.1\",port=\"7002\"}", series.Keys);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task AFullAcceptQueueIsSeenWithItsDrops()
    {
        await using var place = await NetworkNamespace.Create();
        await using var states = await MakeStates(place);
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(place));
        var drops = await ListenDrops(place);

        double Of(string metric, string address = "10.92.0.1", int port = 7002) =>
            series[$"tcpagent_listener_{metric}{{address=\"{address}\",port=\"{port}\"}}"];

        Assert.Equal((3, 2, 3), (Of("accept_queue_length"), Of("accept_queue_limit"), Of("accept_queue_peak")));
        Assert.Equal(5, drops);
        Assert.Equal(
            (drops, drops, 0), (Of("drops_total"), series["tcpagent_tcp_listen_drops_total"],
                series["tcpagent_listener_drops_unattributed"]));
        Assert.Equal((1, 1), (Of("abandoned_connections"), Of("syn_recv")));
        Assert.InRange(Of("oldest_wait_seconds"), 0.2, 60);

        // At [::]:7003 a connection of IPv4 waits, and one of each family is half-open; at 7004 two sockets share the port.
        Assert.Equal(
            (1, 1, 2), (Of("accept_queue_length", "::", 7003), Of("abandoned_connections", "::", 7003), Of("syn_recv", "::", 7003)));
        Assert.Equal(
            (2, 256, 0), (Of("sockets", "0.0.0.0", 7004), Of("accept_queue_limit", "0.0.0.0", 7004),
                Of("accept_queue_fullest", "0.0.0.0", 7004)));
        Assert.Equal((4, 4, 5), (Of("syn_recv", port: 7000), Of("syn_recv", "fd00:92::1", 7000), series["tcpagent_listeners"]));
    }
}
