using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Accept queues and SYN queues.</summary>
static class ListenerScenarios
{
    internal static readonly Scenario[] All =
    [
        new("slow acceptor, small backlog", ["accept_queue"], stage => SlowAcceptor(stage, "8080", "4"))
        {
            Counted = [(Signals.Overflows, 10), (Signals.ListenDrops, 10)],
            Shown = [(Listener("accept_queue_length"), 5), .. Queue(Listener, 4)],
            Also = document =>
            {
                var queue = document.Resource("accept_queue");
                Assert.Equal($"{Stage.Server4}:8080", queue.Subject());
                Assert.Equal((5, 4), (queue.GetProperty("peak").GetInt64(), queue.GetProperty("limit").GetInt64()));
                Assert.Contains("does not accept", queue.GetProperty("advice")[0].GetString(), StringComparison.Ordinal);
                Assert.Contains("listen backlog", queue.Text("advice"), StringComparison.Ordinal);
                Assert.Contains("somaxconn", queue.Text("will_not_fix"), StringComparison.Ordinal);
            },
        },
        new("slow acceptor, small somaxconn", ["accept_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.core.somaxconn=8");
            await SlowAcceptor(stage, "8080", "1024");
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.ListenDrops, 10)],
            Shown = Queue(Listener, 8),
            Also = document =>
                Assert.Contains(
                    "\nsysctl -w net.core.somaxconn", document.Resource("accept_queue").Text("advice"), StringComparison.Ordinal),
            Says = ["restart"],
        },
        new("somaxconn raised after listen", ["accept_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.core.somaxconn=8");
            await SlowAcceptor(stage, "8080", "1024");
            await Stage.Set(stage.Server, "net.core.somaxconn=4096");
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.ListenDrops, 10)],
            Shown = Queue(Listener, 8),
            Also = document => Assert.Contains("restart it", document.Resource("accept_queue").Text("advice"), StringComparison.Ordinal),
        },
        new("slow acceptor on IPv6", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server6, "8080", "4");
            stage.Start(stage.Client, Kind.Connects, Stage.Server6, "8080", "20");
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.ListenDrops, 10)],
            Shown = Queue(Listener6, 4),
            Also = document => Assert.Equal($"[{Stage.Server6}]:8080", document.Resource("accept_queue").Subject()),
        },
        new("one stuck worker of two (SO_REUSEPORT)", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.ReusePort, Stage.Server4, "8080", "4");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "40");
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.ListenDrops, 10)],
            Shown = [(Listener("sockets"), 2), (Listener("accept_queue_fullest"), 5)],
        },
        new("SYN flood, cookies on", ["syn_queue"], stage => Flood(stage, "8091", 1))
        {
            Counted = [(Signals.RequestCookies, 100), (Signals.CookiesSent, 100)],
            Still = [Signals.ListenDrops, Signals.Overflows, Signals.RequestDrops],
        },
        new("SYN flood, cookies off", ["syn_queue"], stage => Flood(stage, "8091", 0))
        {
            Counted = [(Signals.RequestDrops, 100), (Signals.ListenDrops, 100)],
            Still = [Signals.Overflows, Signals.CookiesSent],
            Also = document =>
            {
                Assert.Equal($"{Stage.Server4}:8091", document.Resource("syn_queue").Subject());
                Assert.True(document.HasFinding("syncookies_off"));
            },
        },
        Scenario.Healthy("SYN flood, cookies always", stage => Flood(stage, "8091", 2)) with
        {
            Counted = [(Signals.RequestCookies, 100), (Signals.CookiesSent, 100)],
            Still = [Signals.ListenDrops, Signals.Overflows],
        },
        new("SYN flood, cookies off, small tcp_max_syn_backlog", ["syn_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.tcp_max_syn_backlog=64");
            await Flood(stage, "8091", 0, "1024");
        })
        {
            Counted = [(Signals.ListenDrops, 100)],
            Still = [Signals.Overflows, Signals.RequestDrops, Signals.CookiesSent],
            Also = document =>
            {
                Assert.Equal(48, document.Resource("syn_queue").GetProperty("limit").GetInt64());
                Assert.Contains("tcp_max_syn_backlog", document.Resource("syn_queue").Text("advice"), StringComparison.Ordinal);
            },
        },
        new("slow acceptor beside a SYN flood", ["syn_queue", "accept_queue"], async stage =>
        {
            await SlowAcceptor(stage, "8080", "4");
            await Flood(stage, "8091", 0);
        })
        {
            Counted = [(Signals.Overflows, 10), (Signals.RequestDrops, 100)],
            Also = document =>
            {
                Assert.Equal($"{Stage.Server4}:8080", document.Resource("accept_queue").Subject());
                Assert.Equal($"{Stage.Server4}:8091", document.Resource("syn_queue").Subject());
            },
        },
        new("accept queue nearly full", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "20");
            stage.Start(stage.Client, Kind.Burst, Stage.Server4, "8080", "18");
            await Task.Delay(300);
        })
        {
            Verdict = "near",
            Counted = [(Signals.Established, 18)],
            Still = [Signals.ListenDrops, Signals.Overflows],
            Shown = [(Listener("accept_queue_length"), 18)],
        },
        Scenario.Healthy("SYNs without a route back", async stage =>
        {
            await stage.Server.Run("ip", "route", "del", "default");
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8091", "16");
            stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, "8091", "400", "10.92.1.");
        }) with
        {
            Counted = [(Signals.ListenDrops, 100)],
            Still = [Signals.Overflows, Signals.RequestCookies],
            Found = ["listener_drops"],
        },
        Scenario.Healthy("many CLOSE_WAIT", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "1024");
            await stage.StartAndWait(stage.Client, Kind.HalfClosed, Stage.Server4, "8080", "300", "half");
        }) with
        {
            Counted = [(Signals.CloseWait, 300)],
            Still = [Signals.ListenDrops, Signals.Overflows],
            Found = ["close_wait_pile"],
        },
        Scenario.Healthy("many FIN_WAIT2", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "1024");
            await stage.StartAndWait(stage.Client, Kind.HalfClosed, Stage.Server4, "8080", "300", "half");
        }) with
        {
            Watch = Place.Client,
            Counted = [(Signals.FinWait2, 300)],
            Still = [Signals.ListenDrops, Signals.Overflows],
            Found = ["fin_wait2_pile"],
        },
        Scenario.Healthy("idle", _ => Task.CompletedTask) with
        {
            Still = [
                Signals.ListenDrops, Signals.Overflows, Signals.RequestCookies, Signals.TimeWaitOverflows, Signals.ConntrackDrops,
                Signals.DeviceDrops],
        },
        Scenario.Healthy("loaded and healthy", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.EchoClose, Stage.Server4, "8080", "4096");
            for (var i = 0; i < 4; i++)
                stage.Start(stage.Client, Kind.Short, Stage.Server4, "8080", "2000");
        }) with
        {
            Alone = true,
            // Thousands a second.
            Counted = [(Signals.PassiveOpens, 6000)],
            Still = [Signals.ListenDrops, Signals.Overflows, Signals.DeviceDrops],
        },
    ];

    static string Listener(string figure) => $"tcpagent_listener_{figure}{{address=\"{Stage.Server4}\",port=\"8080\"}}";

    static string Listener6(string figure) => $"tcpagent_listener_{figure}{{address=\"{Stage.Server6}\",port=\"8080\"}}";

    /// <summary>An accept queue that was full, of the listener and as a resource: one more than the limit waits.</summary>
    static (string, double)[] Queue(Func<string, string> listener, int limit) =>
    [
        (listener("accept_queue_limit"), limit), (listener("accept_queue_peak"), limit + 1),
        ("tcpagent_resource_limit{resource=\"accept_queue\"}", limit),
        ("tcpagent_resource_used_peak{resource=\"accept_queue\"}", limit + 1),
    ];

    static async Task SlowAcceptor(Stage stage, string port, string backlog)
    {
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, port, backlog);
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, port, "20");
    }

    static async Task Flood(Stage stage, string port, int cookies, string backlog = "16")
    {
        await Stage.Set(stage.Server, $"net.ipv4.tcp_syncookies={cookies}");
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, port, backlog);
        stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, port, "400", "10.92.1.");
    }
}
