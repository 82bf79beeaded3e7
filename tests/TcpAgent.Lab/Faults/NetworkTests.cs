using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>A network that changes under the agent: devices, connection tracking, IPv6; all in a namespace of its own.</summary>
[Trait("Category", "root")]
public sealed class NetworkTests(ITestOutputHelper output)
{
    const string Fast = "--sample.interval=100ms";

    static string Rx(string device) => $"tcpagent_device_receive_packets_total{{device=\"{device}\"}}";

    static string Tx(string device) => $"tcpagent_device_transmit_packets_total{{device=\"{device}\"}}";

    [SkippableFact]
    public async Task ADeviceThatIsAddedRenamedOrRemovedIsRightWithinASample()
    {
        await using var place = await NetworkNamespace.Create();
        await using var agent = await Victim.StartIn(place, Fast);
        var ip = Require.Tool("ip", "iproute2");
        await place.Run(ip, "link", "add", "one", "type", "veth", "peer", "name", "two");
        foreach (var device in (string[])["one", "two"])
            await place.Run(ip, "link", "set", device, "addrgenmode", "none", "up");
        var added = await agent.Sampled(2);
        Assert.Equal((0, 0), (added[Rx("one")], added[Rx("two")]));

        await TrafficProgram.Run(place, Kind.FramesOnce, "one", "30");
        var sent = await agent.Sampled(2);
        Assert.Equal((30, 30), (sent[Tx("one")], sent[Rx("two")]));

        // Two devices swap names, so that a name kept by mistake would show another device's counters.
        foreach (var (from, to) in ((string, string)[])[("one", "tmp"), ("two", "one"), ("tmp", "two")])
        {
            await place.Run(ip, "link", "set", from, "down");
            await place.Run(ip, "link", "set", from, "name", to);
        }
        var swapped = await agent.Sampled(2);
        Assert.Equal((30, 30, 0), (swapped[Rx("one")], swapped[Tx("two")], swapped[Tx("one")]));
        Assert.DoesNotContain(swapped.Keys, series => series.Contains("\"tmp\"", StringComparison.Ordinal));

        await place.Run(ip, "link", "del", "one");
        var removed = await agent.Sampled(2);
        Assert.DoesNotContain(
            removed.Keys, series => series.StartsWith("tcpagent_device_", StringComparison.Ordinal)
                && !series.Contains("\"lo\"", StringComparison.Ordinal));

        // Many at once, more than the kernel's announcements have room for.
        var batch = Path.GetTempFileName();
        await File.WriteAllLinesAsync(batch, Enumerable.Range(0, 150).Select(i => $"link add v{i} type veth peer name w{i}"));
        await place.Run(ip, "-batch", batch);
        var many = await agent.Sampled(2);
        Assert.Equal(301, many.Keys.Count(series => series.StartsWith("tcpagent_device_receive_bytes_total", StringComparison.Ordinal)));
        await File.WriteAllLinesAsync(batch, Enumerable.Range(0, 150).Select(i => $"link del v{i}"));
        await place.Run(ip, "-batch", batch);
        var none = await agent.Sampled(2);
        Assert.Equal(
            [Rx("lo")], none.Keys.Where(series => series.StartsWith("tcpagent_device_receive_packets_total", StringComparison.Ordinal)));
        Assert.Equal(1, none["tcpagent_source_success{source=\"devices\"}"]);
        Assert.Equal(0, agent.Troubles);
        File.Delete(batch);
        output.WriteLine($"{none["tcpagent_samples_total"]} samples, {none["tcpagent_samples_missed_total"]} missed");
    }

    [SkippableFact]
    public async Task ConnectionTrackingThatIsSwitchedOnAndOffIsFollowed()
    {
        await using var stage = await Stage.Create();
        await using var agent = await Victim.StartIn(stage.Server, Fast);
        Assert.Equal(0, (await agent.Metrics())["tcpagent_conntrack_entries"]);
        var nft = Require.Tool("nft", "nftables");
        for (var round = 0; round < 2; round++)
        {
            await stage.Server.Run(
                nft, "add table inet lab; add chain inet lab in { type filter hook input priority 0; }; add rule inet lab in ct state "
                    + "new counter accept");
            await stage.StartAndWait(stage.Client, Kind.UdpFlowsOnce, Stage.Server4, $"{9000 + round}", "40");
            var on = await agent.Sampled(2);
            Assert.True(on["tcpagent_conntrack_entries"] >= 40, $"{on["tcpagent_conntrack_entries"]} entries");
            Assert.Equal(on["tcpagent_conntrack_entries"], on["tcpagent_resource_used{resource=\"conntrack\"}"]);

            // Without a rule that asks for it the kernel forgets the table of this namespace, sooner or later.
            await stage.Server.Run(nft, "delete table inet lab");
            var off = await agent.Sampled(2);
            Assert.Equal(1, off["tcpagent_source_success{source=\"conntrack\"}"]);
            Assert.InRange(off["tcpagent_conntrack_entries"], 0, on["tcpagent_conntrack_entries"]);
        }
    }

    [SkippableFact]
    public async Task TheAgentGoesOnWithoutIPv6AndWithItAgain()
    {
        await using var stage = await Stage.Create();
        await using var agent = await Victim.StartIn(stage.Server, Fast);
        const string V6 = "tcpagent_resource_used{resource=\"neighbour_v6\"}";
        var before = await agent.Sampled(2);
        await Stage.Set(stage.Server, "net.ipv6.conf.all.disable_ipv6=1");
        var off = await agent.Reloaded();
        Assert.Equal(Victim.Sources(before), Victim.Sources(off));
        Assert.Equal(before.ContainsKey(V6), off.ContainsKey(V6));
        await Stage.Set(stage.Server, "net.ipv6.conf.all.disable_ipv6=0");
        await stage.Server.Run("ip", "addr", "add", "fd91::1/64", "dev", "lab0", "nodad");
        var on = await agent.Reloaded();
        Assert.Empty(before.Keys.Except(on.Keys));
        Assert.All(
            before.Where(one => one.Key.Contains("_total", StringComparison.Ordinal)), one =>
                Assert.True(on[one.Key] >= one.Value, one.Key));
        output.WriteLine(agent.Process.Output);
        Assert.Equal(0, agent.Said("failed"));
    }
}
