namespace TcpAgent.Lab.Scenarios;

/// <summary>Accept queues and SYN queues.</summary>
static class ListenerScenarios
{
    internal static readonly Scenario[] All =
    [
        new("slow acceptor, small backlog", ["accept_queue"], stage => SlowAcceptor(stage, "8080", "4"))
        {
            Counter = "TcpExtListenOverflows",
            Also = document =>
            {
                var queue = document.Resource("accept_queue");
                Assert.Equal($"{Stage.Server4}:8080", queue.Subject());
                Assert.Equal((5, 4), (queue.GetProperty("peak").GetInt64(), queue.GetProperty("limit").GetInt64()));
                Assert.Contains("listen backlog", queue.GetProperty("advice")[0].GetString(), StringComparison.Ordinal);
                Assert.Contains("somaxconn", queue.Text("will_not_fix"), StringComparison.Ordinal);
            },
        },
        new("slow acceptor, small somaxconn", ["accept_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.core.somaxconn=8");
            await SlowAcceptor(stage, "8080", "1024");
        })
        {
            Counter = "TcpExtListenOverflows",
            Also = document => Assert.StartsWith("sysctl -w net.core.somaxconn", document.Resource("accept_queue").GetProperty("advice")[0].GetString(), StringComparison.Ordinal),
        },
        new("somaxconn raised after listen", ["accept_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.core.somaxconn=8");
            await SlowAcceptor(stage, "8080", "1024");
            await Stage.Set(stage.Server, "net.core.somaxconn=4096");
        })
        {
            Counter = "TcpExtListenOverflows",
            Also = document => Assert.Contains("restart it", document.Resource("accept_queue").Text("advice"), StringComparison.Ordinal),
        },
        new("slow acceptor on IPv6", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, "listen", Stage.Server6, "8080", "4");
            stage.Start(stage.Client, "connects", Stage.Server6, "8080", "20");
        })
        {
            Counter = "TcpExtListenOverflows",
            Also = document => Assert.Equal($"[{Stage.Server6}]:8080", document.Resource("accept_queue").Subject()),
        },
        new("one stuck worker of two (SO_REUSEPORT)", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, "reuse_port", Stage.Server4, "8080", "4");
            stage.Start(stage.Client, "connects", Stage.Server4, "8080", "40");
        })
        { Counter = "TcpExtListenOverflows" },
        new("SYN flood, cookies on", ["syn_queue"], stage => Flood(stage, "8091", 1)) { Counter = "TcpExtTCPReqQFullDoCookies" },
        new("SYN flood, cookies off", ["syn_queue"], stage => Flood(stage, "8091", 0))
        {
            Counter = "TcpExtTCPReqQFullDrop",
            Also = document =>
            {
                Assert.Equal($"{Stage.Server4}:8091", document.Resource("syn_queue").Subject());
                Assert.True(document.HasFinding("syncookies_off"));
            },
        },
        Scenario.Healthy("SYN flood, cookies always", stage => Flood(stage, "8091", 2)) with { Counter = "TcpExtTCPReqQFullDoCookies" },
        new("SYN flood, cookies off, small tcp_max_syn_backlog", ["syn_queue"], async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.tcp_max_syn_backlog=64");
            await Flood(stage, "8091", 0, "1024");
        })
        {
            Counter = "TcpExtListenDrops",
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
            Counter = "TcpExtListenOverflows",
            Also = document =>
            {
                Assert.Equal($"{Stage.Server4}:8080", document.Resource("accept_queue").Subject());
                Assert.Equal($"{Stage.Server4}:8091", document.Resource("syn_queue").Subject());
            },
        },
        new("accept queue nearly full", ["accept_queue"], async stage =>
        {
            await stage.StartAndWait(stage.Server, "listen", Stage.Server4, "8080", "20");
            stage.Start(stage.Client, "burst", Stage.Server4, "8080", "18");
            await Task.Delay(300);
        })
        { Verdict = "near" },
        Scenario.Healthy("many CLOSE_WAIT", async stage =>
        {
            await stage.StartAndWait(stage.Server, "hold", Stage.Server4, "8080", "1024");
            await stage.StartAndWait(stage.Client, "half_closed", Stage.Server4, "8080", "300", "half");
        }) with { Also = document => Assert.True(document.HasFinding("close_wait_pile")) },
        Scenario.Healthy("many FIN_WAIT2", async stage =>
        {
            await stage.StartAndWait(stage.Server, "hold", Stage.Server4, "8080", "1024");
            await stage.StartAndWait(stage.Client, "half_closed", Stage.Server4, "8080", "300", "half");
        }) with { Watch = Place.Client, Also = document => Assert.True(document.HasFinding("fin_wait2_pile")) },
        Scenario.Healthy("idle", _ => Task.CompletedTask),
        Scenario.Healthy("loaded and healthy", async stage =>
        {
            await stage.StartAndWait(stage.Server, "echo_close", Stage.Server4, "8080", "4096");
            for (var i = 0; i < 4; i++)
                stage.Start(stage.Client, "short", Stage.Server4, "8080", "2000");
        }),
    ];

    static async Task SlowAcceptor(Stage stage, string port, string backlog)
    {
        await stage.StartAndWait(stage.Server, "listen", Stage.Server4, port, backlog);
        stage.Start(stage.Client, "connects", Stage.Server4, port, "20");
    }

    static async Task Flood(Stage stage, string port, int cookies, string backlog = "16")
    {
        await Stage.Set(stage.Server, $"net.ipv4.tcp_syncookies={cookies}");
        await stage.StartAndWait(stage.Server, "listen", Stage.Server4, port, backlog);
        stage.Start(stage.Client, "syn_flood", Stage.Server4, port, "400", "10.92.1.");
    }
}
