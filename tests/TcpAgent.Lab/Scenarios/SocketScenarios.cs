using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Queues of single sockets: Unix listeners, receive buffers.</summary>
static class SocketScenarios
{
    internal static readonly Scenario[] All =
    [
        new("Unix socket of an application that does not accept", ["accept_queue_unix"],
            stage => stage.StartAndWait(stage.Server, Kind.UnixUnaccepted, stage.PathOf("php-fpm.sock"), "8"))
        {
            Subject = "php-fpm.sock",
            Awaited = [(Signals.UnixAboveBacklog, 1)],
            Shown =
            [
                ("tcpagent_resource_limit{resource=\"accept_queue_unix\"}", 8),
                ("tcpagent_resource_used_peak{resource=\"accept_queue_unix\"}", 9),
            ],
        },
        new("abstract Unix socket of an application that does not accept", ["accept_queue_unix"],
            stage => stage.StartAndWait(stage.Server, Kind.UnixUnaccepted, "@lab-service", "16"))
        {
            Subject = "@lab-service",
            Awaited = [(Signals.UnixAboveBacklog, 1)],
        },
        Scenario.Healthy("Unix datagram socket that nobody reads",
            stage => stage.StartAndWait(stage.Server, Kind.UnixDatagrams, stage.PathOf("log"))) with
        {
            // The sender waits or gets EAGAIN; nothing of TCP is held up.
            Still = [Signals.ListenDrops, Signals.Overflows],
        },
        new("UDP receive buffer full", ["udp_receive"], async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.UdpReadSlowly, Stage.Server4, "8125", "65536", "0.01");
            stage.Start(stage.Client, Kind.UdpStream, Stage.Server4, "8125", "2000");
        })
        {
            Subject = $"{Stage.Server4}:8125",
            Awaited = [(Signals.UdpBufferErrors, 500)],
            Says = ["SO_RCVBUF", "rmem_max"],
        },
        Scenario.Healthy("UDP receiver that keeps up", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.UdpReadSlowly, Stage.Server4, "8125", "1048576", "0");
            stage.Start(stage.Client, Kind.UdpStream, Stage.Server4, "8125", "200");
        }) with
        {
            Awaited = [(Signals.UdpReceived, 200)],
            Still = [Signals.UdpBufferErrors],
        },
        new("program at its limit of open files", ["open_files"],
            stage => stage.StartAndWait(stage.Server, Kind.OpenFiles, "4096", "200"))
        {
            AsNobody = true,
            Subject = "python3",
            Says = ["EMFILE", "prlimit --pid"],
            Shown = [("tcpagent_resource_limit{resource=\"open_files\"}", 200)],
        },
        new("program near its limit of open files", ["open_files"],
            stage => stage.StartAndWait(stage.Server, Kind.OpenFiles, "180", "200"))
        {
            Verdict = "near",
            AsNobody = true,
            Subject = "python3",
        },
        Scenario.Healthy("programs that lock themselves in, and one that finds out its limit", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.OpenFiles, "3", "8");
            await stage.StartAndWait(stage.Server, Kind.OpenFiles, "20", "20");
            await stage.StartAndWait(stage.Server, Kind.ProbeFiles, "4096");
        }) with { AsNobody = true },
        Scenario.Healthy("application that does not read", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "9000", "64");
            stage.Start(stage.Client, Kind.Pour, Stage.Server4, "9000", "20");
        }) with
        {
            Awaited = [(Signals.ZeroWindows, 20), (Signals.UnreadConnections, 20)],
            Found = ["reader_stuck"],
            NotFound = ["close_wait_pile", "peer_window_closed"],
            Says = ["9000"],
        },
        Scenario.Healthy("application that reads less than comes", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.ReadSlowly, Stage.Server4, "9000", "0.02");
            stage.Start(stage.Client, Kind.Pour, Stage.Server4, "9000", "5");
        }) with
        {
            // It opens its windows again: it is slow, not stuck.
            Awaited = [(Signals.ZeroWindows, 10), (Signals.UnreadConnections, 5)],
            NotFound = ["reader_stuck"],
        },
        Scenario.Healthy("peers that do not read", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "9000", "64");
            stage.Start(stage.Client, Kind.Pour, Stage.Server4, "9000", "20");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.WindowProbes, 20), (Signals.UnacknowledgedConnections, 20)],
            Found = ["peer_window_closed"],
            NotFound = ["reader_stuck", "peer_unacknowledged"],
            Says = [$"{Stage.Server4}:9000"],
        },
    ];
}
