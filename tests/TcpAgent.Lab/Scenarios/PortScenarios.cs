using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Local ports, in each way that they run out, and those of a NAT rule.</summary>
static class PortScenarios
{
    const string Loopback = "127.0.0.1";

    internal static readonly Scenario[] All =
    [
        new("local ports all bound before connect", ["ephemeral_ports"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40059");
            string[] ports = ["8081", "8082", "8083", "8084", "8085", "8086"];
            foreach (var port in ports)
                await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, port, "256");
            await stage.StartAndWait(stage.Client, Kind.PortsBoundFirst, Stage.Client4, Stage.Server4, string.Join(',', ports));
        })
        {
            Watch = Place.Client,
            Subject = Stage.Client4,
            // Ten to each destination.
            Awaited = [(Signals.Established, 60)],
            Says = ["IP_BIND_ADDRESS_NO_PORT"],
        },
        new("local ports in TIME_WAIT younger than a second", ["ephemeral_ports"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40039");
            await stage.StartAndWait(stage.Client, Kind.EchoClose, Loopback, "8080", "256");
            await stage.StartAndWait(stage.Client, Kind.ShortUntilFull, Loopback, "8080", "400");
        })
        {
            Watch = Place.Client,
            Seconds = 4,
            Subject = $"{Loopback}:8080",
            Awaited = [(Signals.TimeWait, 30)],
        },
        new("local ports reserved", ["ephemeral_ports"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40099", "net.ipv4.ip_local_reserved_ports=40005-40094");
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "256");
            var held = await stage.StartAndWait(stage.Client, Kind.Held, Stage.Server4, "8080", "20");
            Assert.Contains("10 open, 10 failed", held, StringComparison.Ordinal);
        })
        {
            Watch = Place.Client,
            Subject = $"{Stage.Server4}:8080",
            Awaited = [(Signals.Established, 10)],
            Says = ["10 of the 10 usable", "reserved"],
        },
        new("local UDP ports exhausted", ["ephemeral_ports_udp"], async stage =>
        {
            await Stage.Set(stage.Client, "net.ipv4.ip_local_port_range=40000 40059");
            await stage.StartAndWait(stage.Client, Kind.UdpPorts, Stage.Server4, "53");
        })
        {
            Watch = Place.Client,
            Awaited = [(Signals.UdpSockets, 60)],
            Shown = [("tcpagent_resource_limit{resource=\"ephemeral_ports_udp\"}", 60)],
        },
        new("NAT gateway out of ports to one destination", ["nat_ports"], async stage =>
        {
            var behind = await stage.AddBehind();
            var nft = Require.Tool("nft", "nftables");
            await stage.Server.Run(nft, "add table ip lab");
            await stage.Server.Run(nft, "add chain ip lab post { type nat hook postrouting priority 100; }");
            await stage.Server.Run(nft, $"add rule ip lab post oifname lab1 ip protocol tcp snat to {Stage.ServerBehind4}:5000-5019");
            await stage.StartAndWait(behind, Kind.Hold, Stage.Behind4, "8080", "512");
            stage.Start(stage.Client, Kind.Connects, Stage.Behind4, "8080", "40");
        })
        {
            Awaited = [(Signals.InsertFailures, 20), (Signals.ConntrackDrops, 20)],
            Says = ["NAT ran out of ports"],
        },
    ];
}
