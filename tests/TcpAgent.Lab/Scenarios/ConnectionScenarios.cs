using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What limits established connections: application, receiver, send buffer, network; and where their segments are lost.</summary>
static class ConnectionScenarios
{
    const string Port = "8080", Listener = $"{Stage.Server4}:{Port}", Near4 = "10.97.0.2", Far4 = "10.97.0.1";

    static readonly string[] s_findings = ["path_loss", "local_loss", "send_buffer_limits", "reader_stuck"];

    internal static readonly Scenario[] All =
    [
        Limited("an application that stopped reading, seen at its host", stage => Stop(stage), ["reader_stuck"]) with
        {
            Awaited = [(Signals.UnreadForLong, 20)],
            Says = [$"20 connections of {Listener}: the application"],
            Also = document => AssertLine(document, "20 connections", Listener, "are not read by the application"),
        },
        Limited("an application that stopped reading, seen by its clients", stage => Stop(stage), ["peer_window_closed"]) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.WindowProbes, 20), (Signals.UnacknowledgedConnections, 20)],
            Says = [Listener],
            Also = document =>
            {
                AssertLine(document, "20 connections", Listener, "the peer limits", "its application does not read");
                AssertLimits(document, "receiver", 0.95);
            },
        },
        Limited("a shaper of this host that queues", async stage =>
        {
            await Shape(stage, "4mb");
            await Stream(stage, "4");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.QueuedBytes, 100_000)],
            Also = document =>
            {
                AssertLine(document, "4 connections", Listener, "data waits in the qdisc of lab0 of this host");
                AssertLimits(document, "network", 0.95);
            },
        },
        Limited("small send buffers on a long line", async stage =>
        {
            await stage.StartAndWait(stage.Client, Kind.LongLine, Near4, Far4, stage.Server.Name, "0.02");
            await stage.StartAndWait(stage.Server, Kind.Sink, Far4, Port);
            stage.Start(stage.Client, Kind.Stream, Far4, Port, "4", "8192");
        }, ["send_buffer_limits"]) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.LimitedBySendBuffer, 4)],
            Says = ["SO_SNDBUF"],
            Also = document =>
            {
                AssertLine(document, "4 connections", $"{Far4}:{Port}", "the send buffer limits", "or more");
                AssertLimits(document, "send_buffer", 0.2);
            },
        },
        Limited("segments lost on the way", async stage =>
        {
            await Stage.Drop(stage.Server, "prerouting", Lossy);
            await Send(stage);
        }, ["path_loss"], ["packet_filter_output", "peer_unacknowledged"]) with
        {
            Watch = Place.Client,
            AwaitedAt = Place.Server,
            Awaited = [(Signals.RuleDrops, 100)],
            Says = [Listener],
            Also = document => AssertLine(document, "40 connections", Listener, "sent again (on the path or at the peer)"),
        },
        Limited("segments lost in the shaper of this host", async stage =>
        {
            await Shape(stage, "60kb");
            await Stream(stage, "10");
        }, ["local_loss"], ["packet_filter_output"]) with
        {
            Verdict = "limiting",
            Expected = ["qdisc"],
            Subject = "lab0",
            Watch = Place.Client,
            Awaited = [(Signals.QdiscDrops, 500)],
            Says = ["they are lost here, not on the path"],
            Also = document => AssertLine(document, "10 connections", Listener, "sent again (the qdisc of lab0 of this host"),
        },
        Limited("segments that a rule of this host drops", async stage =>
        {
            await Stage.Drop(stage.Client, "output", Lossy);
            await Send(stage);
        }, ["packet_filter_output"], ["peer_unacknowledged"]) with
        {
            // TCP gets an error and keeps the segment as not sent yet: nothing is lost.
            Watch = Place.Client,
            Awaited = [(Signals.RuleDrops, 100)],
            Also = AssertNoLine,
        },
        Limited("a backend whose accept queue is full", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, Port, "5");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, Port, "50");
        }, ["peer_silent"]) with
        {
            Watch = Place.Client,
            AwaitedAt = Place.Server,
            Awaited = [(Signals.Overflows, 50)],
            Says = [Listener],
        },
        Healthy("applications that send little", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Sink, Stage.Server4, Port);
            await stage.StartAndWait(stage.Client, Kind.Talk, Stage.Server4, Port, "20");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.SegmentsSent, 200)],
            Also = document =>
            {
                AssertNoLine(document);
                Assert.InRange(Group(document).GetProperty("busy").GetDouble(), 0, 1);
            },
        },
        Healthy("a connection whose first SYN was lost once", async stage =>
        {
            await Stage.Drop(stage.Server, "prerouting", $"tcp dport {Port} tcp flags syn numgen inc mod 20 == 0");
            await stage.StartAndWait(stage.Server, Kind.Sink, Stage.Server4, Port);
            await stage.StartAndWait(stage.Client, Kind.Talk, Stage.Server4, Port, "10");
        }) with
        {
            // The kernel keeps the count as long as the connection, so each look sees it.
            Watch = Place.Client,
            AwaitedAt = Place.Server,
            Awaited = [(Signals.RuleDrops, 1)],
            Also = AssertNoLine,
        },
        Healthy("a backend that answers before it must acknowledge", async stage =>
        {
            // Its acknowledgement waits for the answer, so the round trip is the backend's time, not the network's.
            await stage.StartAndWait(stage.Server, Kind.Answer, Stage.Server4, Port, "0.03");
            stage.Start(stage.Client, Kind.Question, Stage.Server4, Port, "40");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.SegmentsSent, 1000)],
            Also = document =>
            {
                AssertNoLine(document);
                Assert.True(Group(document).GetProperty("round_trip_seconds").GetDouble() > 0.02, "no acknowledgement waited");
            },
        },
        Healthy("a transfer at full speed", stage => Stream(stage, "2")) with
        {
            Alone = true,
            Watch = Place.Client,
            Awaited = [(Signals.SegmentsSent, 100_000)],
            Also = AssertNoLine,
        },
        Healthy("a reader that is slow and steady", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.ReadSteadily, Stage.Server4, Port, "100000", "10");
            stage.Start(stage.Client, Kind.Stream, Stage.Server4, Port, "1", "0");
        }) with
        {
            Awaited = [(Signals.ZeroWindows, 1), (Signals.UnreadConnections, 1)],
            Also = AssertNoLine,
        },
        Healthy("a reader that reads once a second", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.ReadSteadily, Stage.Server4, Port, "100000", "1");
            stage.Start(stage.Client, Kind.Stream, Stage.Server4, Port, "1", "0");
        }) with
        {
            Awaited = [(Signals.ZeroWindows, 2), (Signals.UnreadConnections, 1)],
            Also = AssertNoLine,
        },
    ];

    /// <summary>Every twentieth segment, but no SYN.</summary>
    const string Lossy = $"tcp dport {Port} tcp flags != syn numgen random mod 100 < 5";

    /// <summary>None of the findings about connections but those named.</summary>
    static Scenario Limited(string name, Func<Stage, Task> make, string[]? found = null, string[]? notFound = null) =>
        Scenario.Healthy(name, make) with { Found = found ?? [], NotFound = [.. s_findings.Except(found ?? []), .. notFound ?? []] };

    static Scenario Healthy(string name, Func<Stage, Task> make) => Limited(name, make);

    static async Task Stop(Stage stage)
    {
        await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, Port, "64");
        stage.Start(stage.Client, Kind.Stream, Stage.Server4, Port, "20", "0");
    }

    static async Task Stream(Stage stage, string count)
    {
        await stage.StartAndWait(stage.Server, Kind.Sink, Stage.Server4, Port);
        stage.Start(stage.Client, Kind.Stream, Stage.Server4, Port, count, "0");
    }

    static async Task Send(Stage stage)
    {
        await stage.StartAndWait(stage.Server, Kind.Sink, Stage.Server4, Port);
        stage.Start(stage.Client, Kind.Bulk, Stage.Server4, Port, "40");
    }

    static async Task Shape(Stage stage, string limit) => await stage.Client.Run(
        Require.Tool("tc", "iproute2"), "qdisc", "add", "dev", "lab0", "root", "tbf", "rate", "20mbit", "burst", "10kb", "limit", limit);

    static string[] Lines(JsonElement document) =>
        [.. document.GetProperty("connections").GetProperty("lines").EnumerateArray().Select(line => line.GetString()!)];

    static void AssertNoLine(JsonElement document) => Assert.Empty(Lines(document));

    static void AssertLine(JsonElement document, params string[] words) => Assert.True(
        Array.Exists(Lines(document), line => words.All(line.Contains)), $"no line says {string.Join(", ", words)}");

    /// <summary>The only group of connections.</summary>
    static JsonElement Group(JsonElement document) =>
        Assert.Single(document.GetProperty("connections").GetProperty("groups").EnumerateArray());

    static void AssertLimits(JsonElement document, string limiter, double least) =>
        Assert.InRange(Group(document).GetProperty("limited_by").GetProperty(limiter).GetDouble(), least, 1);
}
