using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Where a scenario's agent looks from.</summary>
enum Place
{
    Server,
    Client,
    Host,
}

/// <summary>
/// Two network namespaces joined by a veth pair, server (10.91.0.1, fd91::1) and client (.2, ::2), and what a scenario started in
/// them; all of it ends with the scenario.
/// </summary>
sealed class Stage : IAsyncDisposable
{
    internal const string Server4 = "10.91.0.1", Client4 = "10.91.0.2", Server6 = "fd91::1";

    /// <summary>Addresses of the third namespace, if there is one, and of the server towards it.</summary>
    internal const string Behind4 = "10.94.0.2", ServerBehind4 = "10.94.0.1";

    readonly List<NetworkNamespace> _places = [];
    readonly List<Child> _children = [];
    readonly List<HostSetting> _settings = [];

    readonly string _seconds;

    DirectoryInfo? _folder;

    Stage(NetworkNamespace server, NetworkNamespace client, int seconds)
    {
        (Server, Client, _seconds) = (server, client, $"{seconds}");
        _places.AddRange([server, client]);
    }

    internal NetworkNamespace Server { get; }

    internal NetworkNamespace Client { get; }

    /// <param name="seconds">How long traffic goes on: by default longer than a watch takes with the start of the runtime.</param>
    internal static async Task<Stage> Create(int seconds = 9)
    {
        var stage = new Stage(await NetworkNamespace.Create(), await NetworkNamespace.Create(), seconds);
        try
        {
            await Join(stage.Server, stage.Client, "lab0", "10.91.0", "fd91:");

            // Answers to invented senders must find a way out.
            await stage.Server.Run("ip", "route", "add", "default", "via", Client4);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first gets the address 1, the second 2.</summary>
    static async Task Join(NetworkNamespace first, NetworkNamespace second, string device, string prefix4, string prefix6)
    {
        await Child.Run(
            Require.Tool("ip", "iproute2"),
            "link", "add", device, "netns", first.Name, "type", "veth", "peer", "name", device, "netns", second.Name);
        foreach (var (place, number) in ((NetworkNamespace, int)[])[(first, 1), (second, 2)])
        {
            await place.Run("ip", "addr", "add", $"{prefix4}.{number}/24", "dev", device);
            await place.Run("ip", "addr", "add", $"{prefix6}:{number}/64", "dev", device, "nodad");
            await place.Run("ip", "link", "set", device, "up");
            await place.Run("ip", "link", "set", "lo", "up");
        }
    }

    /// <summary>A third namespace behind the server, which then routes between it (10.94.0.2) and the client.</summary>
    internal async Task<NetworkNamespace> AddBehind()
    {
        var behind = await NetworkNamespace.Create();
        _places.Add(behind);
        await Join(Server, behind, "lab1", "10.94.0", "fd94:");
        await Set(Server, "net.ipv4.ip_forward=1");
        await behind.Run("ip", "route", "add", "default", "via", ServerBehind4);
        await Client.Run("ip", "route", "add", "default", "via", Server4);
        return behind;
    }

    /// <summary>Adds a chain to a namespace with a rule that counts what it drops, as nft.dropped.</summary>
    internal static async Task Drop(NetworkNamespace place, string hook, string what)
    {
        var nft = Require.Tool("nft", "nftables");
        await place.Run(nft, "add table inet lab");
        await place.Run(nft, "add counter inet lab dropped");
        await place.Run(nft, $"add chain inet lab {hook} {{ type filter hook {hook} priority 0; }}");
        await place.Run(nft, $"add rule inet lab {hook} {what} counter name dropped drop");
    }

    /// <summary>Path of a file in the stage's folder.</summary>
    internal string PathOf(string name) => Path.Combine((_folder ??= Directory.CreateTempSubdirectory("tcp-agent-stage-")).FullName, name);

    internal static Task Set(NetworkNamespace place, params string[] settings) =>
        place.Run(Require.Tool("sysctl", "procps"), ["-qw", .. settings]);

    /// <summary>Whether the stage changed or started anything outside its namespaces.</summary>
    internal bool ReachesHost { get; private set; }

    /// <summary>A setting of the whole host.</summary>
    internal void SetHost(string name, string value)
    {
        ReachesHost = true;
        _settings.Add(new HostSetting(name, value));
    }

    /// <summary>Starts traffic in a namespace.</summary>
    internal void Start(NetworkNamespace place, Kind kind, params string[] arguments) =>
        _children.Add(TrafficProgram.Start(place, kind, [.. arguments, _seconds]));

    /// <summary>Starts traffic of the host itself, on loopback.</summary>
    internal void StartOnHost(Kind kind, params string[] arguments)
    {
        ReachesHost = true;
        var (file, all) = TrafficProgram.Command(kind, [.. arguments, _seconds]);
        _children.Add(Child.Start(file, all));
    }

    /// <summary>Starts traffic that reports when it is ready, and waits for that.</summary>
    /// <returns>What it said.</returns>
    internal async Task<string> StartAndWait(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        Start(place, kind, arguments);
        var child = _children[^1];
        await Eventually.Holds(
            () => Task.FromResult(child.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), () => child.Output);
        return child.Output;
    }

    /// <summary>Runs a program to its end where the agent would run, whatever the exit code.</summary>
    internal Task<(int Code, string Output)> Run(Place place, string file, params string[] arguments) => place switch
    {
        Place.Server => Server.RunAny(file, arguments),
        Place.Client => Client.RunAny(file, arguments),
        _ => Child.RunAny(file, arguments),
    };

    /// <summary>Restores the host's settings, the last first, so that one that was changed twice gets its first value back.</summary>
    internal async Task EndTraffic()
    {
        for (; _settings.Count > 0; _settings.RemoveAt(_settings.Count - 1))
            _settings[^1].Dispose();
        for (; _children.Count > 0; _children.RemoveAt(_children.Count - 1))
            await _children[^1].DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndTraffic();
        }
        finally
        {
            foreach (var place in _places)
                await place.DisposeAsync();
            _folder?.Delete(recursive: true);
        }
    }
}
