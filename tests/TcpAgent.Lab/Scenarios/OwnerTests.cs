using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// Five servers whose queues are full for five reasons: an agent without any privilege says whose they are and why they do not accept.
/// </summary>
[Collection(BusyCpu.Name)]
[Trait("Category", "root")]
public sealed class OwnerTests
{
    const int Port = 10793;

    /// <summary>Nobody answers there: its packets go to a device that nobody has.</summary>
    const string Backend = "10.91.0.99";

    /// <summary>By the port, what the server does, and the cause.</summary>
    static readonly (int Port, string Unit, string Does, string Cause)[] s_servers =
    [
        (8081, "asleep.service", "asleep", "asleep"),
        (8082, "files.service", "files", "open_files"),
        (8083, "starved.service", "works", "cpu_starved"),
        (8084, "throttled.service", "works", "cpu_throttled"),
        (8085, "backend.service", "backend", "backend"),
    ];

    [SkippableFact]
    public async Task EachOwnerIsNamedWithItsOwnCause()
    {
        await using var groups = new ControlGroups();
        await using var stage = await Stage.Create(seconds: 120);
        await stage.Server.Run("ip", "neigh", "add", Backend, "lladdr", "02:00:00:00:00:99", "dev", "lab0", "nud", "permanent");
        var children = new List<Child>();
        try
        {
            children.Add(Start(stage, [], Kind.Spin, "0"));
            foreach (var (port, unit, does, cause) in s_servers)
            {
                string[] folders = cause == "cpu_throttled" ? groups.Throttled(unit, microseconds: 2_000) : [groups.Unit(unit)];
                string[] prefix = cause == "cpu_starved"
                    ? [Require.Tool("taskset", "util-linux"), "-c", "0", Require.Tool("nice", "coreutils"), "-n", "19"]
                    : [];
                var server = Start(
                    stage, prefix, Kind.Unserved, [Stage.Server4, $"{port}", "4", does, $"{Backend}:9999", .. folders]);
                children.Add(server);
                await Eventually.Holds(
                    () => Task.FromResult(server.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(60),
                    () => server.Output);
                stage.Start(stage.Client, Kind.Connects, Stage.Server4, $"{port}", "12");
            }
            var (file, arguments) = AgentProgram.AsNobody(
                "serve", $"--web.listen-address=127.0.0.1:{Port}", "--sample.walk-budget=0.1");
            var agent = stage.Server.StartBeside(file, arguments);
            children.Add(agent);
            await AgentProgram.Sampled(agent);
            await Named(stage, agent);
        }
        finally
        {
            foreach (var child in children)
                await child.DisposeAsync();
        }
    }

    static Child Start(Stage stage, string[] prefix, Kind kind, params string[] arguments)
    {
        var (file, all) = TrafficProgram.Command(kind, [.. arguments, "120"]);
        string[] command = [.. prefix, file, .. all];
        return stage.Server.StartBeside(command[0], command[1..]);
    }

    static async Task Named(Stage stage, Child agent)
    {
        var expected = s_servers.Select(one => $"{one.Port}: python3 ({one.Unit}, 1 process), {one.Cause}").ToArray();
        string[] shown = [];
        await Eventually.Holds(
            async () =>
            {
                shown = [.. Listeners(await Get(stage, "live")).Order(StringComparer.Ordinal)];
                return shown.SequenceEqual(expected);
            },
            TimeSpan.FromSeconds(60), () => $"{string.Join('\n', shown)}\n{agent.Output}");

        var queue = JsonDocument.Parse(await Get(stage, "why")).RootElement.Resource("accept_queue");
        var server = s_servers.Single(one => queue.Subject() == $"{Stage.Server4}:{one.Port}");
        Assert.Equal($"python3 ({server.Unit}, 1 process)", queue.GetProperty("owner").GetString());
        Assert.Contains($"It belongs to python3 ({server.Unit}, 1 process).", queue.Text("evidence"), StringComparison.Ordinal);
    }

    static Task<string> Get(Stage stage, string what) =>
        TrafficProgram.Run(stage.Server, Kind.Get, $"http://127.0.0.1:{Port}/api/v1/{what}");

    /// <summary>Owner and cause of each server, by its port.</summary>
    static IEnumerable<string> Listeners(string live) =>
        from listener in JsonDocument.Parse(live).RootElement.GetProperty("listeners").EnumerateArray()
        let name = listener.GetProperty("listener").GetString()!
        where name.StartsWith(Stage.Server4, StringComparison.Ordinal)
        let owner = listener.GetProperty("owner").GetString()
        select $"{name[(Stage.Server4.Length + 1)..]}: {owner}, {listener.GetProperty("cause").GetString()}";
}
