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

    readonly List<Child> _children = [];
    readonly List<HostSetting> _settings = [];

    readonly string _seconds;

    Stage(NetworkNamespace server, NetworkNamespace client, int seconds) => (Server, Client, _seconds) = (server, client, $"{seconds}");

    internal NetworkNamespace Server { get; }

    internal NetworkNamespace Client { get; }

    /// <param name="seconds">How long traffic goes on: by default longer than a watch takes with the start of the runtime.</param>
    internal static async Task<Stage> Create(int seconds = 9)
    {
        var stage = new Stage(await NetworkNamespace.Create(), await NetworkNamespace.Create(), seconds);
        try
        {
            await stage.Join();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    async Task Join()
    {
        await Child.Run(
            Require.Tool("ip", "iproute2"), "link", "add", "lab0", "netns", Server.Name, "type", "veth", "peer", "name", "lab0", "netns", Client.Name);
        foreach (var (place, number) in ((NetworkNamespace, int)[])[(Server, 1), (Client, 2)])
        {
            await place.Run("ip", "addr", "add", $"10.91.0.{number}/24", "dev", "lab0");
            await place.Run("ip", "addr", "add", $"fd91::{number}/64", "dev", "lab0", "nodad");
            await place.Run("ip", "link", "set", "lab0", "up");
            await place.Run("ip", "link", "set", "lo", "up");
        }

        // Answers to invented senders must find a way out.
        await Server.Run("ip", "route", "add", "default", "via", Client4);
    }

    internal static Task Set(NetworkNamespace place, params string[] settings) => place.Run(Require.Tool("sysctl", "procps"), ["-qw", .. settings]);

    /// <summary>A setting of the whole host.</summary>
    internal void SetHost(string name, string value) => _settings.Add(new HostSetting(name, value));

    /// <summary>Starts traffic in a namespace.</summary>
    internal void Start(NetworkNamespace place, Kind kind, params string[] arguments) =>
        _children.Add(TrafficProgram.Start(place, kind, [.. arguments, _seconds]));

    /// <summary>Starts traffic of the host itself, on loopback.</summary>
    internal void StartOnHost(Kind kind, params string[] arguments)
    {
        var (file, all) = TrafficProgram.Command(kind, [.. arguments, _seconds]);
        _children.Add(Child.Start(file, all));
    }

    /// <summary>Starts what says when it is ready, and waits until it does.</summary>
    /// <returns>What it said.</returns>
    internal async Task<string> StartAndWait(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        Start(place, kind, arguments);
        var child = _children[^1];
        await Eventually.Holds(
            () => Task.FromResult(child.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(10), () => child.Output);
        return child.Output;
    }

    /// <summary>Runs to the end where an agent would look from, whatever the exit code.</summary>
    internal Task<(int Code, string Output)> Run(Place place, string file, params string[] arguments) => place switch
    {
        Place.Server => Server.RunAny(file, arguments),
        Place.Client => Client.RunAny(file, arguments),
        _ => Child.RunAny(file, arguments),
    };

    /// <summary>The host's settings come back, the last first: of one that was changed twice the first value is to stay.</summary>
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
            await Server.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
