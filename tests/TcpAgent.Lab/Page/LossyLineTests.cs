using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Page;

/// <summary>
/// The page at the end of a line that loses answers or delays them, which is where it is looked at: it says what it knows, makes up
/// nothing, and asks again for what it could not have.
/// </summary>
[Collection(OneAtATime)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class LossyLineTests : PageScene
{
    const string Turned =
        "[...document.querySelectorAll('#events li')].filter(one => /accept_queue.* is limiting/.test(one.textContent)).length";

    static Task<bool> Waits(Asked asked) => Task.FromResult(asked.Address.Length > 0);

    [SkippableFact]
    public async Task APastThatWasLostIsAskedForAgain()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        var asked = 0;
        await tab.Intercept(History, one => ++asked < 3 ? one.Lose() : one.Answer(script.History((-600, 77, 0), (-599, 7, 0))));
        await tab.Go(Address);
        await tab.Until("document.querySelector('#note').textContent.startsWith('The past cannot be shown yet: no answer from the agent')");
        await tab.Until("document.body.dataset.connection === 'live'");
        await Task.Delay(2500);
        Assert.Equal(1, asked);
        await tab.Until($"{Established}.includes('highest 77')", 20);
        Assert.Equal(3, asked);
        Assert.True(await tab.Is("document.querySelector('#note').hidden"));
        await Task.Delay(2500);
        Assert.Equal(3, asked);
    }

    [SkippableFact]
    public async Task IncidentsThatWereLostAreNotSaidToBeNone()
    {
        var tab = await Open();
        await tab.Go("about:blank");
        var asked = 0;
        await tab.Intercept(Incidents, one => ++asked < 2 ? one.Lose() : one.Pass());
        await tab.Go(Address);
        await tab.Until("document.querySelectorAll('#resources-chips .chip').length > 5");
        await tab.Until("performance.getEntriesByType('resource').filter(one => one.name.includes('live')).length > 2");
        Assert.Equal((1, ""), (asked, await tab.Text("#incidents")));
        await tab.Until("document.querySelector('#incidents').textContent.startsWith('No incident yet.')");
        Assert.Equal(2, asked);
    }

    [SkippableFact]
    public async Task TheVerdictWaitsForNothingElse()
    {
        var tab = await Open();
        await tab.Go("about:blank");
        await tab.Intercept(History, Waits);
        await tab.Intercept(Incidents, Waits);
        await tab.Go(Address);
        await tab.Until(
            "/^(OK|NEAR|LIMITING)/.test(document.querySelector('#headline').textContent) && document.body.dataset.connection === 'live'",
            3);
        var before = tab.Requests.Length;
        await Task.Delay(3000);
        Assert.InRange(tab.Requests[before..].Count(url => url.EndsWith(Live, StringComparison.Ordinal)), 2, 4);
    }

    [SkippableFact]
    public async Task CatchingUpTellsNoChangeThatWasKnown()
    {
        var tab = await Open();
        await Stage.StartAndWait(Stage.Server, Kind.Listen, Scenarios.Stage.Server4, "8080", "4");
        Stage.Start(Stage.Client, Kind.Connects, Scenarios.Stage.Server4, "8080", "20");
        await tab.Until($"{Turned} === 1");
        await Task.Delay(2500);
        await tab.Hide(true);
        await Task.Delay(4500);
        var asked = tab.Requests.Length;
        await tab.Hide(false);
        await tab.Until(
            $"performance.getEntriesByType('resource').filter(one => one.name.includes('history?') && one.responseEnd > 0).length > 1");
        Assert.Contains(tab.Requests[asked..], url => url.Contains(History, StringComparison.Ordinal));
        await Task.Delay(1500);
        Assert.Equal(1, (int)(await tab.Run(Turned))!);
        AssertClean(tab);

        // A range that begins while something limits has no turn: the state is older.
        await tab.Go($"{Address}?since=-2s");
        await tab.Until("document.querySelector('#headline').textContent.startsWith('WAS LIMITING: Port 8080 ')");
        Assert.Equal(0, (int)(await tab.Run(Turned))!);
        Assert.Contains("is already limiting", await tab.Text("#events"), StringComparison.Ordinal);
    }

    /// <summary>A live sample and the history tell the same turn, in the same words.</summary>
    [SkippableFact]
    public async Task APastThatComesLateTellsNoTurnTwice()
    {
        var tab = await Open();
        await tab.Go("about:blank");
        var late = new TaskCompletionSource<Asked>();
        await tab.Intercept(History, one => Task.FromResult(late.TrySetResult(one)));
        await tab.Go(Address);
        await tab.Until("document.querySelectorAll('#resources-chips .chip').length > 5");
        await Stage.StartAndWait(Stage.Server, Kind.Listen, Scenarios.Stage.Server4, "8080", "4");
        Stage.Start(Stage.Client, Kind.Connects, Scenarios.Stage.Server4, "8080", "20");
        await tab.Until($"{Turned} === 1 && {Events}.includes('accept_queue of 10.91.0.1:8080 is limiting')");
        await Task.Delay(1500);
        await (await late.Task).Pass();
        await tab.Until($"{Events}.includes('lost within')");
        await Task.Delay(1500);
        Assert.Equal(1, (int)(await tab.Run(Turned))!);
    }

    [SkippableTheory]
    [InlineData("page/page.js")]
    [InlineData("page/style.css")]
    public async Task APartOfThePageThatIsLostIsAskedForAgain(string part)
    {
        var tab = await Open();
        await tab.Go("about:blank");
        await tab.Send("Network.setCacheDisabled", new { cacheDisabled = true });
        var asked = 0;
        await tab.Intercept(part, one => ++asked < 3 ? one.Lose() : one.Pass());
        await tab.Go(Address);
        if (part.EndsWith(".js", StringComparison.Ordinal))
            await tab.Until("document.querySelector('#connection').textContent === 'part of this page failed to load; retrying'");
        await tab.Until(
            "document.body.dataset.connection === 'live' && getComputedStyle(document.querySelector('#bar')).position === 'sticky'", 20);
        Assert.InRange(asked, 3, 6);
    }

    [SkippableFact]
    public async Task ARangeThatWasLostIsAskedForAgain()
    {
        var tab = await Open();
        var asked = 0;
        await tab.Intercept(History, one => ++asked < 2 ? one.Lose() : one.Pass());
        await tab.Go($"{Address}?since=-5m");
        await tab.Until("document.querySelector('#note').textContent.startsWith('The range cannot be shown yet: no answer')");
        await tab.Until("document.querySelector('#headline').textContent === 'WAS OK: Nothing was limiting this host'");
        Assert.True(await tab.Is("document.querySelector('#note').hidden"));
    }
}
