using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Alerting;

/// <summary>Conditions of the real kernel that make alerts fire, with the minute of the rules a second long.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Alerts">All of these fire; nothing else does but what follows from them.</param>
/// <param name="Make">Makes the conditions; the agent runs already.</param>
sealed record AlertCase(string Name, string[] Alerts, Func<Stage, Task> Make)
{
    /// <summary>A limit reached is also a limit neared, if it lasts.</summary>
    static readonly string[] s_consequences = ["TcpAgentResourceNearLimit", "TcpAgentResourceSaturatedOften"];

    /// <summary>What may fire besides.</summary>
    internal string[] Allowed { get; init; } = [];

    internal bool OnHost { get; init; }

    /// <summary>More flags of the agent.</summary>
    internal string[] Flags { get; init; } = [];

    /// <summary>Of the condition and its traffic.</summary>
    internal int Seconds { get; init; } = 30;

    internal bool MayFire(string alert) => Alerts.Contains(alert) || Allowed.Contains(alert) || s_consequences.Contains(alert);

    internal static readonly AlertCase[] All =
    [
        new("an application that does not accept, a SYN flood without cookies, TIME_WAIT full, local ports and open files exhausted",
            ["TcpAgentAcceptQueueOverflowing", "TcpAgentSynQueueDropping", "TcpAgentTimeWaitTableFull", "TcpAgentEphemeralPortsNearLimit",
                "TcpAgentEphemeralPortsExhausted", "TcpAgentOpenFilesExhausted"],
            async stage =>
            {
                await stage.StartAndWait(stage.Server, Kind.OpenFiles, "4096", "200");
                await Stage.Set(
                    stage.Server, "net.ipv4.tcp_syncookies=0", "net.ipv4.ip_local_port_range=40000 40019", "net.ipv4.tcp_max_tw_buckets=4");
                await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
                stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
                await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8091", "16");
                stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, "8091", "400", "10.92.1.");
                await stage.StartAndWait(stage.Client, Kind.EchoClose, Stage.Client4, "8082", "1024");
                stage.Start(stage.Server, Kind.Short, Stage.Client4, "8082", "50");
                await stage.StartAndWait(stage.Client, Kind.Hold, Stage.Client4, "8083", "1024");
                stage.Start(stage.Server, Kind.Held, Stage.Client4, "8083", "40");
            }),
        new("jumps of SYN_RECV, CLOSE_WAIT and TIME_WAIT after a quiet hour with two short bursts, a queue that stays full without loss",
            ["TcpAgentSynRecvJump", "TcpAgentSynCookiesInUse", "TcpAgentCloseWaitJump", "TcpAgentTimeWaitJump",
                "TcpAgentResourceNearLimit", "TcpAgentResourceSaturatedOften"],
            async stage =>
            {
                await Stage.Set(stage.Server, "net.ipv4.tcp_max_tw_buckets=3000");
                await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8085", "4");
                stage.Start(stage.Client, Kind.Burst, Stage.Server4, "8085", "4");
                await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8087", "1024");
                await stage.StartAndWait(stage.Client, Kind.EchoClose, Stage.Client4, "8082", "1024");
                await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8091", "1024");
                await Task.Delay(TimeSpan.FromSeconds(5));
                await stage.StartAndWait(stage.Server, Kind.ShortBurst, Stage.Server4, "8086", "4", "20");
                await Task.Delay(TimeSpan.FromSeconds(44));
                await stage.StartAndWait(stage.Server, Kind.ShortBurst, Stage.Server4, "8088", "4", "20");
                await Task.Delay(TimeSpan.FromSeconds(16));
                stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, "8091", "400", "10.92.1.");
                stage.Start(stage.Client, Kind.HalfClosed, Stage.Server4, "8087", "150", "half");
                stage.Start(stage.Server, Kind.TimeWaits, Stage.Client4, "8082", "2000");
            })
        {
            // The bursts of 0.3 s are 20 of these seconds.
            Allowed = ["TcpAgentAcceptQueueOverflowing"],
            Seconds = 110,
        },
        new("a CPU's backlog overflows, fragments whose rest never comes, clients wait in a queue with room",
            ["TcpAgentSoftnetBacklogDropping", "TcpAgentResourceLimiting", "TcpAgentAcceptQueueWaiting"],
            async stage =>
            {
                await PacketScenarios.BridgeOfManyPorts(stage);
                await Stage.Set(stage.Server, "net.ipv4.ipfrag_low_thresh=20000", "net.ipv4.ipfrag_high_thresh=40000");
                stage.Start(stage.Client, Kind.Fragments, Stage.Client4, Stage.Server4, "200");
                await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8084", "1024");
                stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8084", "10");
            }),
        new("a lossy path, a slow link, frames that nobody wants, a NAT rule with few ports, a silent backend, a reader that is stuck",
            ["TcpAgentRetransmissionsHigh", "TcpAgentPathLoss", "TcpAgentDeviceReceiveDropping", "TcpAgentQdiscDropping",
                "TcpAgentNatPortsExhausted", "TcpAgentBackendSilent", "TcpAgentReaderStuck"],
            async stage =>
            {
                var nft = Require.Tool("nft", "nftables");
                await stage.Client.Run(nft, "add table ip lab");
                await stage.Client.Run(nft, "add chain ip lab in { type filter hook prerouting priority 0; }");
                await stage.Client.Run(nft, "add rule ip lab in tcp dport 8070 numgen random mod 100 < 20 drop");
                await stage.Server.Run(nft, "add table ip lab");
                await stage.Server.Run(nft, "add chain ip lab in { type filter hook prerouting priority 0; }");
                await stage.Server.Run(nft, "add rule ip lab in tcp dport 8071 numgen random mod 100 < 10 drop");
                await stage.Server.Run(nft, "add chain ip lab post { type nat hook postrouting priority 100; }");
                await stage.Server.Run(nft, $"add rule ip lab post ip protocol udp udp dport 7000 snat to {Stage.Server4}:5000-5004");
                stage.Start(stage.Server, Kind.UdpFlows, Stage.Client4, "7000", "50");
                await stage.StartAndWait(stage.Client, Kind.Sink, Stage.Client4, "8070");
                stage.Start(stage.Server, Kind.Bulk, Stage.Client4, "8070", "40");
                await stage.StartAndWait(stage.Server, Kind.Sink, Stage.Server4, "8071");
                stage.Start(stage.Client, Kind.Bulk, Stage.Server4, "8071", "40");
                var address = (await stage.Server.Run("cat", "/sys/class/net/lab0/address")).Trim();
                stage.Start(stage.Client, Kind.Frames, "lab0", address, "200");
                await stage.Server.Run("ip", "link", "add", "slow0", "type", "veth", "peer", "name", "slow1");
                await stage.Server.Run("ip", "link", "set", "slow0", "up");
                await stage.Server.Run("ip", "link", "set", "slow1", "up");
                await stage.Server.Run("ip", "addr", "add", "10.97.0.1/24", "dev", "slow0");
                await stage.Server.Run("ip", "neigh", "add", "10.97.0.2", "lladdr", "02:00:00:00:00:02", "dev", "slow0");
                await stage.Server.Run(
                    Require.Tool("tc", "iproute2"), "qdisc", "add", "dev", "slow0", "root", "tbf", "rate", "200kbit", "burst", "2kb",
                    "limit", "3kb");
                stage.Start(stage.Server, Kind.UdpStream, "10.97.0.2", "9", "300");
                await stage.Server.Run("ip", "neigh", "add", "10.91.0.77", "lladdr", "02:00:00:00:00:03", "dev", "lab0");
                stage.Start(stage.Server, Kind.Connects, "10.91.0.77", "5432", "20");
                await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8072", "256");
                stage.Start(stage.Client, Kind.Bulk, Stage.Server4, "8072", "20");
            })
        {
            // Connections are looked at twice a second, which is every half minute of the rules.
            Flags = ["--sample.walk-budget=0.1"],
            Seconds = 45,
        },
        new("too many orphans", ["TcpAgentOrphansLimiting"], stage =>
        {
            stage.SetHost("net.ipv4.tcp_max_orphans", "8");
            stage.StartOnHost(Kind.Unread, TableScenarios.Loopback, "7201", "6");
            return Task.CompletedTask;
        })
        { OnHost = true },
        new("TCP memory above its pressure mark", ["TcpAgentTcpMemoryPressure"], async stage =>
        {
            stage.SetHost("net.ipv4.tcp_mem", $"100 200 {await TableScenarios.TcpMemoryLimit()}");
            stage.StartOnHost(Kind.Memory, TableScenarios.Loopback, "7202", "20");
        })
        { OnHost = true },
        new("TCP memory used up", ["TcpAgentTcpMemoryExhausted"], stage =>
        {
            stage.SetHost("net.ipv4.tcp_mem", "500 800 1000");
            stage.StartOnHost(Kind.Memory, TableScenarios.Loopback, "7202", "20");
            return Task.CompletedTask;
        })
        { OnHost = true, Allowed = ["TcpAgentOrphansLimiting", "TcpAgentTcpMemoryPressure"] },
        new("UDP memory used up", ["TcpAgentUdpMemoryExhausted"], stage =>
        {
            stage.SetHost("net.ipv4.udp_mem", "500 800 1000");
            stage.StartOnHost(Kind.UdpUnread, TableScenarios.Loopback, "7300", "200");
            return Task.CompletedTask;
        })
        { OnHost = true },
        new("more neighbours than the table holds", ["TcpAgentNeighbourTableFull"], async stage =>
        {
            await stage.Client.Run("ip", "addr", "add", "10.96.0.1/20", "dev", "lab0");
            stage.Start(stage.Client, Kind.Neighbours, "10.96.", "1100");
        })
        { OnHost = true },
    ];
}
