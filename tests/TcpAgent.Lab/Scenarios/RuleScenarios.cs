using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Packets that rules of this host drop. No queue or table limits anything, and yet the cause is this host.</summary>
static class RuleScenarios
{
    static readonly string[] s_rules =
    [
        "packet_filter_input", "packet_filter_output", "rp_filter_drops", "conntrack_invalid", "tc_ingress_drops", "xdp_attached",
        "policy_drops",
    ];

    internal static readonly Scenario[] All =
    [
        Dropped("packet filter drops new connections", "packet_filter_input", async stage =>
        {
            await Stage.Drop(stage.Server, "input", "tcp dport 8080 tcp flags syn limit rate over 5/second");
            await Connect(stage);
        }) with
        {
            Awaited = [(Signals.RuleDrops, 50)],
            NotFound = ["packet_filter_output", "rp_filter_drops", "policy_drops"],
        },
        Dropped("packet filter drops new connections on IPv6", "packet_filter_input", async stage =>
        {
            await Stage.Drop(stage.Server, "input", "tcp dport 8080 tcp flags syn");
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server6, "8080", "512");
            stage.Start(stage.Client, Kind.Connects, Stage.Server6, "8080", "100");
        }) with
        {
            Awaited = [(Signals.RuleDrops, 50)],
        },
        Dropped("packet filter drops what this host sends", "packet_filter_output", async stage =>
        {
            await Stage.Drop(stage.Client, "output", "tcp dport 8080");
            await Connect(stage);
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.RuleDrops, 50)],
            NotFound = ["packet_filter_input"],
        },
        Dropped("packet filter of a router drops what it should pass on", "packet_filter_output", async stage =>
        {
            var behind = await stage.AddBehind();
            await Stage.Drop(stage.Server, "postrouting", "oifname lab1 tcp dport 8080");
            await stage.StartAndWait(behind, Kind.Hold, Stage.Behind4, "8080", "512");
            stage.Start(stage.Client, Kind.Connects, Stage.Behind4, "8080", "100");
        }) with
        {
            Awaited = [(Signals.RuleDrops, 100)],
        },
        Dropped("reverse path filter drops what comes another way", "rp_filter_drops", async stage =>
        {
            const string Elsewhere = "10.190.0.9";
            await stage.Server.Run("ip", "link", "add", "lab2", "type", "veth", "peer", "name", "lab3");
            await stage.Server.Run("ip", "link", "set", "lab3", "up");
            await stage.Server.Run("ip", "link", "set", "lab2", "up");
            await stage.Server.Run("ip", "route", "add", $"{Elsewhere}/32", "dev", "lab2");
            await Stage.Set(stage.Server, "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.lab0.rp_filter=1");
            await stage.Client.Run("ip", "addr", "add", $"{Elsewhere}/32", "dev", "lo");

            // The filter takes questions for a hardware address too: the client asks with the address that it has on the link.
            await Stage.Set(stage.Client, "net.ipv4.conf.all.arp_announce=2");
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "128");
            stage.Start(stage.Client, Kind.ConnectsFrom, Elsewhere, Stage.Server4, "8080", "50");
        }) with
        {
            Awaited = [(Signals.ReversePathDrops, 50)],
            NotFound = ["packet_filter_input"],
            Says = ["rp_filter"],
        },
        Dropped("packets of no connection dropped by rule", "conntrack_invalid", async stage =>
        {
            await Stage.Drop(stage.Server, "input", "ct state invalid");
            stage.Start(stage.Client, Kind.StrayAnswers, "10.92.1.1", Stage.Server4, "8080", "250");
        }) with
        {
            Awaited = [(Signals.ConntrackInvalid, 100), (Signals.RuleDrops, 100)],
            Says = ["invalid"],
        },
        Dropped("a tc program drops half of what comes in", "tc_ingress_drops", stage => DropHalf(stage, "tc")) with
        {
            Awaited = [(Signals.IngressDrops, 50)],
            NotFound = ["packet_filter_input", "xdp_attached"],
        },
        Dropped("an XDP program drops half of what comes in", "xdp_attached", stage => DropHalf(stage, "xdp")) with
        {
            // XDP counts nothing: what it drops is seen at the clients alone.
            Awaited = [(Signals.XdpAttached, 1), (Signals.PassiveOpens, 50)],
            NotFound = ["packet_filter_input", "tc_ingress_drops"],
            Says = ["lab0"],
        },
        Dropped("a program on a control group drops what a listener would get", "policy_drops", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.ListenForbidden, Stage.Server4, "8080", "128");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "50");
        }) with
        {
            Awaited = [(Signals.ListenerDrops, 50)],
            Still = [Signals.Overflows, Signals.ListenDrops],
            NotFound = ["packet_filter_input"],
            Says = ["BPF|policy"],
        },
        Scenario.Healthy("a router that drops nothing", async stage =>
        {
            var behind = await stage.AddBehind();
            await stage.StartAndWait(behind, Kind.EchoClose, Stage.Behind4, "8080", "4096");
            stage.Start(stage.Client, Kind.Short, Stage.Behind4, "8080", "100");
            stage.Start(stage.Client, Kind.UdpFlows, Stage.Behind4, "9", "100");
        }) with
        {
            Awaited = [(Signals.ForwardedPackets, 500)],
            NotFound = s_rules,
        },
        Scenario.Healthy("datagrams that nobody wants", async stage =>
        {
            await stage.Client.Run("ip", "route", "add", "224.0.0.0/4", "dev", "lab0");
            stage.Start(stage.Client, Kind.UdpStream, Stage.Server4, "9", "500");
            stage.Start(stage.Client, Kind.UdpFlows, "239.1.2.3", "9", "5");
        }) with
        {
            Awaited = [(Signals.UdpNoPorts, 500)],
            NotFound = s_rules,
        },
    ];

    /// <summary>The verdict is ok, and a finding names what drops.</summary>
    static Scenario Dropped(string name, string finding, Func<Stage, Task> make) => Scenario.Healthy(name, make) with { Found = [finding] };

    static async Task Connect(Stage stage)
    {
        await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "512");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "100");
    }

    static async Task DropHalf(Stage stage, string hook)
    {
        Require.Tool("tc", "iproute2");
        await TrafficProgram.Run(stage.Server, Kind.DropHalf, "lab0", hook);
        await Connect(stage);
    }
}
