using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Page;

/// <summary>
/// A real Chromium beside a real agent, in a network namespace with nothing else: a request to anywhere else would fail and be told.
/// PAGE_PICTURES=FOLDER keeps pictures.
/// </summary>
public abstract class PageScene : IAsyncLifetime
{
    /// <summary>The collection of all its tests: two browsers would slow each other.</summary>
    internal const string OneAtATime = "page";

    private protected const string Live = "api/v1/live", History = "api/v1/history", Incidents = "api/v1/incidents";

    private protected const string Established =
        "[...document.querySelectorAll('#states li')].find(one => one.querySelector('b').textContent === 'established').textContent";

    private protected const string Events = "document.querySelector('#events').textContent";

    private protected const string Address = "http://127.0.0.1:10793/";

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-page-").FullName;
    Stage? _stage;
    Browser? _browser;
    Child? _agent;

    private protected Stage Stage => _stage!;

    private protected Browser Browser => _browser!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        await EndAgent();
        if (_stage is not null)
            await _stage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private protected async Task EndAgent()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
        _agent = null;
    }

    private protected void StartAgent(bool history = true)
    {
        var (file, arguments) = AgentProgram.Command(
            "serve", "--web.listen-address=127.0.0.1:10793",
            $"--history.file={(history ? Path.Combine(_folder, "history.ring") : "none")}");
        _agent = _stage!.Server.Start(file, arguments);
    }

    private protected async Task<Tab> Open(
        string path = "", int width = 1280, bool dark = false, string until = "document.body.dataset.connection === 'live'")
    {
        if (_stage is null)
        {
            Require.Tool("chromium", "chromium");
            _stage = await Stage.Create(seconds: 60);
            StartAgent();

            // Chromium gives up its requests when an address comes, and the kernel takes a second or two over the link's own.
            await Eventually.Holds(
                async () =>
                    (await _stage.Server.Run("ip", "-6", "address", "show", "dev", "lab0", "scope", "link", "-tentative"))
                        .Contains("fe80:", StringComparison.Ordinal),
                TimeSpan.FromSeconds(20), () => "no link-local address");
            _browser = await Browser.Start(_stage.Server);
        }
        await Eventually.Holds(
            async () => (await _stage.Server.RunAny("/bin/sh", "-c", "ss -Htln sport = :10793 | grep -q .")).Code == 0,
            TimeSpan.FromSeconds(20), () => _agent!.Output);
        var tab = await Browser.Open(width, width < 500 ? 844 : 900, dark);
        await tab.Go(Address + path);
        await tab.Until(until);
        return tab;
    }

    private protected static Func<Asked, Task> AlwaysAnswer(string body) => asked => asked.Answer(body);

    private protected static async Task Keep(Tab tab, string name)
    {
        if (Environment.GetEnvironmentVariable("PAGE_PICTURES") is { } folder)
            await tab.Picture(Path.Combine(folder, $"{name}.png"));
    }

    private protected static void AssertClean(Tab tab)
    {
        Assert.Empty(tab.Complaints);
        Assert.NotEmpty(tab.Requests);
        Assert.All(tab.Requests, url => Assert.True(
            url.StartsWith(Address, StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal)
                || url.StartsWith("blob:", StringComparison.Ordinal), url));
    }
}
