using System.Text;
using TcpAgent.Lab.Page;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using TcpAgent.Tests.Documents;

namespace TcpAgent.Lab.Tour;

/// <summary>
/// One incident of docs/tour.md: a host lb1 with its agent, an application and its clients, a browser on the agent's page, and a shell.
/// </summary>
sealed class TourScene : IAsyncDisposable
{
    /// <summary>Longer than an incident with its fix lasts.</summary>
    const string Seconds = "900";

    const string Address = "http://127.0.0.1:10793/";

    readonly string _name;
    Browser? _browser;
    Child? _agent, _application, _clients;

    TourScene(string name, Stage stage) => (_name, Stage) = (name, stage);

    internal Stage Stage { get; }

    internal Tab Tab { get; private set; } = null!;

    internal static async Task<TourScene> Create(string name, (int Width, int Height) size)
    {
        var scene = new TourScene(name, await Stage.Create());
        try
        {
            await scene.Start(size);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    async Task Start((int Width, int Height) size)
    {
        // A host name of its own; the agent asks for it once.
        _agent = Stage.Server.Start(
            Require.Tool("unshare", "util-linux"), "--uts", "/bin/sh", "-c", "hostname lb1 && exec \"$@\"", "sh", Published.Own.Program,
            "serve", $"--history.file={Stage.PathOf("history.ring")}");
        await AgentProgram.Sampled(_agent);
        _browser = await Browser.Start(Stage.Server);
        Tab = await _browser.Open(size.Width, size.Height);
        await Tab.Send("Emulation.setScrollbarsHidden", new { hidden = true });
        await Tab.Go(Address);
        await Tab.Until("document.body.dataset.verdict === 'ok'", 30);
    }

    /// <summary>Starts the application, or restarts it with other arguments, and waits until it is ready.</summary>
    internal async Task Application(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        if (_application is not null)
            await _application.DisposeAsync();
        _application = await TrafficProgram.StartReady(place, kind, [.. arguments, Seconds]);
    }

    /// <summary>Starts the clients, in the namespace from which they come.</summary>
    internal void Clients(NetworkNamespace place, Kind kind, params string[] arguments) =>
        _clients = TrafficProgram.Start(place, kind, [.. arguments, Seconds]);

    internal Task Until(string verdict, int seconds = 150) => Tab.Until($"document.body.dataset.verdict === '{verdict}'", seconds);

    internal Task Resize((int Width, int Height) size) => Tab.Send(
        "Emulation.setDeviceMetricsOverride", new { width = size.Width, height = size.Height, deviceScaleFactor = 1, mobile = false });

    internal Task Picture(string step, int colours = 128) => Pictures.Take(Tab, TourPage.Picture($"{_name}-{step}"), colours);

    /// <summary>
    /// Runs command lines and keeps what a person at that shell sees. A setting of the whole kernel can only be changed outside the
    /// namespace; the stage restores it.
    /// </summary>
    internal async Task Shell(string step, Place place, params string[] commands)
    {
        var text = new StringBuilder();
        foreach (var command in commands)
        {
            var path = Path.GetDirectoryName(Published.Own.Program);
            var (_, output) = await Stage.Run(place, "/bin/sh", "-c", $"export PATH={path}:$PATH LC_ALL=C; {command} 2>&1");
            text.Append($"$ {command}\n{output.TrimEnd()}\n");
        }
        await File.WriteAllTextAsync(TourPage.Recording($"{_name}-{step}"), text.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in (Child?[])[_clients, _application])
            if (child is not null)
                await child.DisposeAsync();
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        await Stage.DisposeAsync();
    }
}
