using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Tour;

/// <summary>An incident of docs/tour.md.</summary>
/// <param name="Name">Begins the names of its pictures and recordings.</param>
/// <param name="Resource">The resource that limits.</param>
/// <param name="Make">Makes it; the agent runs already.</param>
/// <param name="Fix">Does what the page and `why` say, and records it.</param>
sealed record TourIncident(string Name, string Resource, Func<TourScene, Task> Make, Func<TourScene, Task> Fix)
{
    internal static readonly TourIncident[] All =
    [
        new("accept-queue", "accept_queue",
            async scene =>
            {
                await scene.Application(scene.Stage.Server, Kind.ServeSlowly, Stage.Server4, "8080", "16", "0.005");
                scene.Clients(scene.Stage.Client, Kind.Bursts, Stage.Server4, "8080", "100", "2");
            },
            async scene =>
            {
                await scene.Application(scene.Stage.Server, Kind.ServeSlowly, Stage.Server4, "8080", "1024", "0.005");
                await scene.Shell("fix", Place.Server, "ss -Hltn 'sport = :8080'");
            }),
        new("syn-queue", "syn_queue",
            async scene =>
            {
                await scene.Application(scene.Stage.Server, Kind.Hold, Stage.Server4, "8443", "24");
                scene.Clients(scene.Stage.Client, Kind.FarClients, "lab0", "10.92.", Stage.Server4, "8443", "30", "1.6");
            },
            async scene =>
            {
                await scene.Application(scene.Stage.Server, Kind.Hold, Stage.Server4, "8443", "1024");
                await scene.Shell("fix", Place.Server, "ss -Hltn 'sport = :8443'");
            }),
        new("conntrack", "conntrack",
            async scene =>
            {
                await TableScenarios.Track(scene.Stage);
                await Untracked(scene.Stage.Server);
                scene.Stage.SetHost("net.netfilter.nf_conntrack_max", "1024");
                await scene.Application(scene.Stage.Server, Kind.UdpReadInBursts, Stage.Server4, "514", "212992", "0.1");
                scene.Clients(scene.Stage.Client, Kind.UdpFlows, Stage.Server4, "514", "100");
            },
            scene => scene.Shell("fix", Place.Host, "sysctl -w net.netfilter.nf_conntrack_max=65536")),
        new("local-ports", "ephemeral_ports",
            async scene =>
            {
                await Stage.Set(scene.Stage.Server, "net.ipv4.ip_local_port_range=40000 40499");
                await scene.Application(scene.Stage.Client, Kind.EchoClose, Stage.Client4, "5432", "1024");
                scene.Clients(scene.Stage.Server, Kind.Short, Stage.Client4, "5432", "40");
            },
            scene => scene.Shell("fix", Place.Server, "sysctl -w net.ipv4.tcp_tw_reuse=1")),
        new("udp-receive", "udp_receive",
            async scene =>
            {
                scene.Stage.SetHost("net.core.rmem_max", "212992");
                await scene.Application(scene.Stage.Server, Kind.UdpReadInBursts, Stage.Server4, "8125", "212992", "0.05");
                scene.Clients(scene.Stage.Client, Kind.UdpBursts, Stage.Server4, "8125", "500", "0.7");
            },
            async scene =>
            {
                await scene.Shell("fix", Place.Host, "sysctl -w net.core.rmem_max=8388608");
                await scene.Application(scene.Stage.Server, Kind.UdpReadInBursts, Stage.Server4, "8125", "4194304", "0.05");
            }),
    ];

    /// <summary>The page and its browser go on when the table is full.</summary>
    static async Task Untracked(NetworkNamespace place)
    {
        var nft = Require.Tool("nft", "nftables");
        foreach (var (chain, hook, device) in ((string, string, string)[])[("raw", "prerouting", "iif"), ("rawout", "output", "oif")])
        {
            await place.Run(nft, $"add chain inet lab {chain} {{ type filter hook {hook} priority -300; }}");
            await place.Run(nft, $"add rule inet lab {chain} {device} lo notrack");
        }
    }
}
