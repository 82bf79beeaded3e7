using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Applications that do not accept, each for its own reason, and clients that do not complete their handshakes.</summary>
static class ApplicationScenarios
{
    const string Service = $"{Stage.Server4}:8080";

    internal static readonly Scenario[] All =
    [
        new("application out of file descriptors", ["accept_queue"],
            stage => Serve(stage, 150, Kind.NoDescriptors, Stage.Server4, "8080", "128", "64"))
        {
            Subject = Service,
            Awaited = [(Signals.Overflows, 10)],
            Says = ["descriptor|LimitNOFILE|open files"],
        },
        new("application that accepts too slowly behind a long queue", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.AcceptSlowly, Stage.Server4, "8080", "4096", "0.05");
            stage.Start(stage.Client, Kind.ConnectsAndLeaves, Stage.Server4, "8080", "150", "3");
        })
        {
            Seconds = 4,
            Subject = Service,
            // Clients wait for seconds, and the first have gone.
            Awaited = [(Signals.PassiveOpens, 600), (Signals.CloseWait, 100)],
            Still = [Signals.Overflows, Signals.ListenDrops],
            Says = ["wait"],
        },
        new("clients that leave a full queue", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "200");
            stage.Start(stage.Client, Kind.ConnectsAndLeaves, Stage.Server4, "8080", "150", "0.4");
        })
        {
            Subject = Service,
            Awaited = [(Signals.Overflows, 10), (Signals.CloseWait, 100)],
            // No process holds them, so none forgot to close them.
            NotFound = ["close_wait_pile"],
        },
        new("overflow answered with resets", ["accept_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.tcp_abort_on_overflow=1");
            await Serve(stage, 100, Kind.Listen, Stage.Server4, "8080", "20");
        })
        {
            Subject = Service,
            Awaited = [(Signals.Overflows, 10)],
            Found = ["abort_on_overflow"],
        },
        new("thread pool used up, listener on [::], clients on IPv4", ["accept_queue"],
            stage => Serve(stage, 150, Kind.AcceptSome, "::", "8080", "100", "30"))
        {
            Subject = "[::]:8080",
            Awaited = [(Signals.Overflows, 10)],
            Says = ["acceptCount", "Tomcat|Java"],
        },
        new("slow acceptor with Multipath TCP", ["accept_queue"], stage => Serve(stage, 60, Kind.ListenMptcp, Stage.Server4, "8080", "10"))
        {
            Subject = Service,
            Awaited = [(Signals.Overflows, 10)],
            Shown = [("tcpagent_resource_limit{resource=\"accept_queue\"}", 10)],
        },
        new("two services of one host overflow", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "9090", "20");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "9090", "60");
            await Serve(stage, 60, Kind.Listen, Stage.Server4, "8080", "10");
        })
        {
            Awaited = [(Signals.Overflows, 20)],
            Says = [Service, $"{Stage.Server4}:9090"],
            Also = document =>
            {
                var queue = document.Resource("accept_queue");
                var text = $"{queue.Subject()} {queue.Text("evidence")} {queue.Text("advice")}";
                Assert.Contains(":8080", text, StringComparison.Ordinal);
                Assert.Contains(":9090", text, StringComparison.Ordinal);
            },
        },
        new("an agent without any privilege", ["accept_queue", "qdisc"], async stage =>
        {
            string[] shaper = ["tbf", "rate", "1mbit", "burst", "3kb", "limit", "9kb"];
            await stage.Server.Run(Require.Tool("tc", "iproute2"), ["qdisc", "add", "dev", "lab0", "root", .. shaper]);
            stage.Start(stage.Server, Kind.UdpStream, Stage.Client4, "9", "600");
            await Serve(stage, 60, Kind.Listen, Stage.Server4, "8080", "7");
        })
        {
            AsNobody = true,
            Subject = Service,
            Awaited = [(Signals.Overflows, 10), (Signals.QdiscDrops, 50)],
        },
        new("clients that connect and say nothing, handed over with their first byte", ["syn_queue"],
            stage => Serve(stage, 60, Kind.HoldDeferred, Stage.Server4, "8080", "32"))
        {
            Subject = Service,
            Awaited = [(Signals.RequestCookies, 20), (Signals.DeferredDrops, 20)],
            Still = [Signals.Overflows],
            Says = ["DEFER_ACCEPT|deferred"],
        },
        new("answers to SYNs lost on the way back", ["syn_queue"], async stage =>
        {
            await Stage.Drop(stage.Client, "input", "tcp flags & (syn | ack) == (syn | ack)");
            await Serve(stage, 40, Kind.Hold, Stage.Server4, "8080", "16");
        })
        {
            Subject = Service,
            Awaited = [(Signals.RequestCookies, 20), (Signals.SynReceived, 16)],
            Still = [Signals.Overflows],
            Says = ["way back|return path|route back|SYN-ACK"],
        },
        new("honest clients far away, more than the backlog holds", ["syn_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "48");
            stage.Start(stage.Client, Kind.FarClients, "lab0", "10.92.", Stage.Server4, "8080", "100", "0.8");
        })
        {
            Subject = Service,
            Awaited = [(Signals.RequestCookies, 30), (Signals.CookiesReceived, 30)],
            Still = [Signals.Overflows],
        },
        Scenario.Healthy("Fast Open queue full", async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.tcp_fastopen=0x203");
            await stage.StartAndWait(stage.Server, Kind.FastOpen, Stage.Server4, "8080", "512", "1");
            await Stage.Set(stage.Client, "net.ipv4.tcp_fastopen=5");
            stage.Start(stage.Client, Kind.SynData, "10.92.1.1", Stage.Server4, "8080", "2");
            stage.Start(stage.Client, Kind.ConnectsWithData, Stage.Server4, "8080", "60");
        }) with
        {
            // One handshake that nobody completes takes the only place; the others take the usual path.
            Awaited = [(Signals.FastOpenOverflows, 50), (Signals.Established, 30)],
            Still = [Signals.Overflows],
        },
    ];

    /// <summary>Starts an application and clients that connect and keep what they get.</summary>
    static async Task Serve(Stage stage, int perSecond, Kind kind, params string[] arguments)
    {
        await stage.StartAndWait(stage.Server, kind, arguments);
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", $"{perSecond}");
    }
}
