using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Backlogs, queueing disciplines, devices and neighbours.</summary>
static class PacketScenarios
{
    const int BridgePorts = 30;

    internal static readonly Scenario[] All =
    [
        new("CPU backlog full", ["softnet_backlog"], BridgeOfManyPorts)
        { Alone = true, Counted = [(Signals.BacklogDrops, 1000)] },
        new("queueing discipline full", ["qdisc"], async stage =>
        {
            await stage.Client.Run(
                Require.Tool("tc", "iproute2"), "qdisc", "add", "dev", "lab0", "root", "tbf", "rate", "200kbit", "burst", "2kb", "limit",
                "3kb");
            stage.Start(stage.Client, Kind.UdpStream, Stage.Server4, "9", "200");
        })
        {
            Watch = Place.Client,
            Counted = [(Signals.QdiscDrops, 50)],
            Also = document => Assert.Equal("lab0", document.Resource("qdisc").Subject()),
        },
        new("a class of a shaper full", ["qdisc"], async stage =>
        {
            var tc = Require.Tool("tc", "iproute2");
            await stage.Server.Run(tc, "qdisc", "add", "dev", "lab0", "root", "handle", "1:", "htb", "default", "10");
            await stage.Server.Run(tc, "class", "add", "dev", "lab0", "parent", "1:", "classid", "1:10", "htb", "rate", "200kbit");
            await stage.Server.Run(tc, "qdisc", "add", "dev", "lab0", "parent", "1:10", "handle", "10:", "pfifo", "limit", "20");
            stage.Start(stage.Server, Kind.UdpStream, Stage.Client4, "9", "400");
        })
        {
            Subject = "lab0",
            Awaited = [(Signals.FifoDrops, 50)],
        },
        Scenario.Healthy("frames of an unknown protocol", async stage =>
        {
            var address = (await stage.Server.Run("cat", "/sys/class/net/lab0/address")).Trim();
            stage.Start(stage.Client, Kind.Frames, "lab0", address, "50");
        }) with
        {
            Counted = [(Signals.DeviceDrops, 20)],
            Also = document =>
            {
                Assert.True(document.Resource("device_rx").GetProperty("losses").GetInt64() > 0);
                Assert.DoesNotContain(document.GetProperty("drops").EnumerateArray(), drop =>
                    drop.GetProperty("count").GetInt64() > 0 && drop.GetProperty("harmful").GetBoolean());
            },
        },
        new("neighbour table full", ["neighbour_v4"], async stage =>
        {
            await stage.Client.Run("ip", "addr", "add", "10.96.0.1/20", "dev", "lab0");
            stage.Start(stage.Client, Kind.Neighbours, "10.96.", "1100");
        })
        {
            Alone = true,
            Watch = Place.Host,
            Counted = [(Signals.NeighbourTableFulls, 1)],
        },
    ];

    /// <summary>Without offloads a broadcast through a bridge with many ports puts more packets on the backlog than it takes.</summary>
    internal static async Task BridgeOfManyPorts(Stage stage)
    {
        var place = stage.Server;
        await place.Run("ip", "link", "add", "labbr", "type", "bridge");
        await place.Run("ip", "link", "set", "labbr", "up");
        await place.Run("ip", "addr", "add", "10.95.0.1/24", "dev", "labbr");
        var batch = Path.GetTempFileName();
        var lines = Enumerable.Range(0, BridgePorts).Select(i =>
            $"link add p{i} type veth peer name q{i}\nlink set p{i} master labbr up\nlink set q{i} up\n");
        await File.WriteAllTextAsync(batch, string.Concat(lines));
        await place.Run("ip", "-batch", batch);
        File.Delete(batch);
        await place.Run(Require.Tool("ethtool", "ethtool"), "-K", "labbr", "tx-udp-segmentation", "off", "gso", "off");
        stage.Start(place, Kind.Broadcasts, "10.95.0.255");
    }
}
