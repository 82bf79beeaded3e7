using System.Globalization;
using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// One answer everywhere: in an outage that has lasted so long that its clients retry only every few seconds, `why` at a shell says what
/// the running agent says.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class AgreementTests
{
    const int Port = 10793;

    const string Subject = $"{Stage.Server4}:8080";

    static async Task<(Child Daemon, string Socket)> Serve(Stage stage)
    {
        var socket = stage.PathOf("query.sock");
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{Port}", $"--query.socket={socket}");
        var daemon = stage.Server.Start(file, arguments);
        await AgentProgram.Sampled(daemon);
        return (daemon, socket);
    }

    static Task<string> Api(NetworkNamespace place) => TrafficProgram.Run(place, Kind.Get, $"http://127.0.0.1:{Port}/api/v1/why");

    static Task<(int Code, string Output)> Why(NetworkNamespace place, params string[] arguments)
    {
        var (file, all) = AgentProgram.Command(["why", .. arguments]);
        return place.RunAny(file, all);
    }

    /// <summary>A listener with a backlog of 4 that never accepts, and sixty clients that come at once.</summary>
    static async Task Overflow(Stage stage)
    {
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "60");
    }

    [SkippableFact]
    public async Task InAnOutageTheShellSaysWhatTheAgentSays()
    {
        await using var stage = await Stage.Create(seconds: 60);
        var (daemon, socket) = await Serve(stage);
        await using var _ = daemon;
        await Overflow(stage);

        // The first second of the outage brings the most losses; after that clients back off for longer and longer.
        await Eventually.Holds(
            async () => Losses(JsonDocument.Parse(await Api(stage.Server)).RootElement) > 60, TimeSpan.FromSeconds(20),
            () => daemon.Output);
        for (var tries = 0; ; tries++)
        {
            var before = await Api(stage.Server);
            var (code, json) = await Why(stage.Server, "--json", $"--query.socket={socket}");
            if (before.TrimEnd() != json.TrimEnd() && tries < 50)
                continue;
            Assert.Equal(before.TrimEnd(), json.TrimEnd());
            Assert.Equal(2, code);
            break;
        }

        var (exit, text) = await Why(stage.Server, $"--query.socket={socket}");
        var document = JsonDocument.Parse(await Api(stage.Server)).RootElement;
        var queue = document.Resource("accept_queue");
        Assert.Equal(("limiting", "limiting"), (document.GetProperty("verdict").GetString(), queue.GetProperty("state").GetString()));
        var since = DateTimeOffset.Parse(queue.GetProperty("since").GetString()!, CultureInfo.InvariantCulture);
        Assert.Equal(2, exit);
        Assert.StartsWith(
            $"LIMITING: accept_queue of {Subject} since {since.ToLocalTime():HH:mm:ss} (agent's last ", text.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        Assert.Contains(" lost)", text.Split("\n\n")[0], StringComparison.Ordinal);
        Assert.DoesNotContain("no drop", text, StringComparison.OrdinalIgnoreCase);

        // The page shows this sentence first.
        Assert.Contains(
            $"{document.GetProperty("headline").GetString()}.", text.ReplaceLineEndings(" "), StringComparison.Ordinal);

        // Who runs it as root sees whose listener it is.
        Assert.Matches(@"The socket belongs to \S+ \(pid \d+\)\.", text.ReplaceLineEndings(" "));
        Assert.InRange(text.Split('\n').Length, 5, 40);
    }

    static long Losses(JsonElement document) => document.Resource("accept_queue").GetProperty("losses").GetInt64();

    /// <summary>From another namespace the agent's answer would be about other queues.</summary>
    [SkippableFact]
    public async Task FromAnotherNamespaceTheAgentIsNotBelieved()
    {
        await using var stage = await Stage.Create(seconds: 30);
        var (daemon, socket) = await Serve(stage);
        await using var _ = daemon;
        await Overflow(stage);
        var (file, arguments) = AgentProgram.Command("why", $"--query.socket={socket}");
        var client = stage.Client.Start(file, arguments);
        await using var __ = client;
        Assert.NotEqual(2, await client.Exited(TimeSpan.FromSeconds(20)));
        Assert.Contains($"the agent at {socket} watches another network namespace", client.Output, StringComparison.Ordinal);
        Assert.Contains("(watched 3 s", client.Output, StringComparison.Ordinal);
    }

    /// <summary>A stopped agent answers nobody, and its last sample is of the past.</summary>
    [SkippableFact]
    public async Task AnAgentThatHangsIsNotWaitedFor()
    {
        await using var stage = await Stage.Create();
        var (daemon, socket) = await Serve(stage);
        await using var _ = daemon;
        await daemon.Signal("STOP");
        var (file, arguments) = AgentProgram.Command("why", $"--query.socket={socket}");
        var asking = stage.Server.Start(file, arguments);
        await using var __ = asking;
        Assert.InRange(await asking.Exited(TimeSpan.FromSeconds(20)), 0, 3);
        Assert.Contains("does not answer: watching 3s", asking.Output, StringComparison.Ordinal);
        await daemon.Signal("CONT");
    }

    /// <summary>Ctrl-C and SIGTERM end a watch with its verdict.</summary>
    [SkippableTheory]
    [InlineData("INT", "--for=1h")]
    [InlineData("TERM", "--for=1h")]
    [InlineData("INT", "--watch")]
    public async Task AnInterruptedWatchAnswers(string signal, string how)
    {
        await using var stage = await Stage.Create(seconds: 30);
        var (file, arguments) = AgentProgram.Command("why", "--local", how);
        var watching = stage.Server.Start(file, arguments);
        await using var _ = watching;
        await Overflow(stage);
        await TrafficProgram.Run(stage.Server, Kind.UntilCounted, Signals.Overflows.Kernel, "100");
        await watching.Signal(signal);
        Assert.Equal(2, await watching.Exited(TimeSpan.FromSeconds(30)));
        Assert.Contains($"LIMITING: accept_queue of {Subject} (watched ", watching.Output, StringComparison.Ordinal);
        Assert.Contains("will not help", watching.Output, StringComparison.Ordinal);
    }
}
