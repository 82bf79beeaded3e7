using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Traffic;
using TcpAgent.Tests.Documents;

namespace TcpAgent.Lab.Tour;

/// <summary>
/// Makes docs/tour.md and the pictures of the README: has each incident happen, takes the pictures, runs the commands. `make tour`.
/// </summary>
static class TourMaker
{
    const int Width = 1040, Height = 880;

    /// <summary>The page at the height of an outage, for docs/page.png, and the part of it that moves in the README.</summary>
    static readonly (int Width, int Height) s_page = (1120, 1000), s_moving = (880, 500);

    /// <param name="wanted">The name of an incident, page for the pictures of the README, or all.</param>
    internal static async Task Make(string wanted)
    {
        using var turn = new HostTurn();
        foreach (var incident in TourIncident.All)
            if (wanted == incident.Name || wanted == "all")
                await Tell(incident);
        if (wanted is "page" or "all")
            await Film();
        await File.WriteAllTextAsync(TourPage.Page, TourPage.Render());
    }

    static async Task Tell(TourIncident incident)
    {
        Console.WriteLine(incident.Name);
        await using var scene = await TourScene.Create(incident.Name, (Width, Height));
        await Task.Delay(TimeSpan.FromSeconds(15));
        await incident.Make(scene);
        await scene.Until("limiting");
        await Task.Delay(TimeSpan.FromSeconds(20));
        await scene.Picture("limiting");
        await scene.Shell("limiting", Place.Server, "tcp-agent why");
        await incident.Fix(scene);
        await scene.Until("ok");
        await Task.Delay(TimeSpan.FromSeconds(3));
        await scene.Picture("ok");
        await scene.Shell("ok", Place.Server, "tcp-agent why", $"tcp-agent history --since=-3m --series={incident.Resource}");
    }

    /// <summary>An application that does not accept, and its restart.</summary>
    static async Task Film()
    {
        Console.WriteLine("page");
        await using var scene = await TourScene.Create("page", s_moving);
        var frames = new List<string>();
        async Task Frames(int count, int seconds)
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds));
                frames.Add(scene.Stage.PathOf($"frame-{frames.Count:00}.png"));
                await scene.Tab.Picture(frames[^1]);
            }
        }

        await Frames(2, seconds: 10);
        await scene.Application(scene.Stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        scene.Clients(scene.Stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        await scene.Until("limiting");
        await Frames(8, seconds: 5);
        await scene.Resize(s_page);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await Pictures.Take(scene.Tab, Repo.Path("docs", "page.png"), colours: 128);
        await scene.Resize(s_moving);
        await scene.Application(scene.Stage.Server, Kind.CloseFirst, Stage.Server4, "8080", "4096");
        await Frames(4, seconds: 4);
        await scene.Until("ok");
        await Frames(2, seconds: 3);
        await Pictures.Join(frames, Repo.Path("docs", "incident.gif"));
    }
}
