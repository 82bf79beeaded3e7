using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab;

/// <summary>Ports used up for real: connect() fails for one destination and not for the next, and the agent shows which.</summary>
[Trait("Category", "root")]
public class EphemeralPortTests
{
    static async Task<(string[] Said, Dictionary<string, double> Series)> UseUp(params string[] arguments)
    {
        await using var place = await NetworkNamespace.Create();
        await using var child = await TrafficProgram.StartReady(place, Kind.Ports, [.. arguments, "300"]);
        return (child.Output.Split('\n')[..3], AgentProgram.Parse(await AgentProgram.PrintIn(place)));
    }

    static (double Used, double TimeWait) Of(Dictionary<string, double> series, string address, int port) =>
        (series[$"tcpagent_ephemeral_ports_used{{source=\"{address}\",destination=\"{address}\",port=\"{port}\"}}"],
            series[$"tcpagent_ephemeral_ports_time_wait{{source=\"{address}\",destination=\"{address}\",port=\"{port}\"}}"]);

    [SkippableFact]
    public async Task EachDestinationHasAllPortsOfTheRange()
    {
        var (said, series) = await UseUp();
        Assert.Equal(["A 20 20", "B 20 0", "C 20 20"], said);
        Assert.Equal((20, 6), Of(series, "127.0.0.1", 9001));
        Assert.Equal((20, 0), Of(series, "127.0.0.1", 9002));
        Assert.Equal((20, 9), Of(series, "::1", 9003));
        Assert.Equal((20, 0, 3, 0), (
            series["tcpagent_ephemeral_ports_usable"], series["tcpagent_ephemeral_ports_listening"],
            series["tcpagent_ephemeral_port_tuples"],
            series["tcpagent_ephemeral_ports_omitted"]));
        Assert.Equal(1, series["tcpagent_source_success{source=\"ports\"}"]);
    }

    [SkippableFact]
    public async Task ReservedPortsAndPortsOfListenersCannotBeHeld()
    {
        // The list is longer than a page: what the kernel gives in one read is cut.
        var odd = string.Join(',', Enumerable.Range(10000, 1000).Select(i => i * 2 + 1));
        var (said, series) = await UseUp($"{odd},40005-40009,50000", "40002");
        Assert.Equal(["A 14 26", "B 14 6", "C 14 26"], said);
        Assert.Equal((14, 14, 14), (Of(series, "127.0.0.1", 9001).Used, Of(series, "127.0.0.1", 9002).Used, Of(series, "::1", 9003).Used));
        Assert.Equal((15, 1), (series["tcpagent_ephemeral_ports_usable"], series["tcpagent_ephemeral_ports_listening"]));
    }
}
