using System.Collections.Concurrent;
using System.Globalization;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Page;

/// <summary>
/// The page at the end of a line that loses answers or delays them, which is where it is looked at: it says what it knows, makes up
/// nothing, and asks again for what it could not have.
/// </summary>
[Collection(OneAtATime)]
public sealed class LossyLineTests : PageScene
{
    const string Live = "api/v1/live", History = "api/v1/history", Incidents = "api/v1/incidents";

    const string Established =
        "[...document.querySelectorAll('#states li')].find(one => one.querySelector('b').textContent === 'established').textContent";

    const string Events = "document.querySelector('#events').textContent";

    static Func<Asked, Task> AlwaysAnswer(string body) => asked => asked.Answer(body);

    /// <summary>Answers by what the test says next: the last word holds.</summary>
    static Func<Asked, Task> Answers(ConcurrentQueue<string> bodies) => async asked =>
    {
        if (bodies.Count > 1 && bodies.TryDequeue(out var body))
            await asked.Answer(body);
        else if (bodies.TryPeek(out body))
            await asked.Answer(body);
    };

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

        // Never more than the page would keep.
        var since = DateTimeOffset.Parse(Uri.UnescapeDataString(tab.Requests.Last(url => url.Contains(History, StringComparison.Ordinal)).Split("since=")[1]), CultureInfo.InvariantCulture);
        Assert.InRange((DateTimeOffset.UtcNow - since).TotalMinutes, 14, 16.5);
    }

    [SkippableFact]
    public async Task IncidentsThatWereLostAreNotSaidToBeNone()
    {
        var tab = await Open();
        await tab.Go("about:blank");
        var asked = 0;
        await tab.Intercept(Incidents, one => ++asked < 2 ? one.Lose() : one.Pass());
        await tab.Go(Address);
        await tab.Until("document.querySelectorAll('#resources li').length > 5");
        await tab.Until("performance.getEntriesByType('resource').filter(one => one.name.includes('live')).length > 2");
        Assert.Equal((1, ""), (asked, await tab.Text("#incidents")));
        await tab.Until("document.querySelector('#incidents').textContent.startsWith('None is kept.')");
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
        await tab.Until("/^(OK|NEAR|LIMITING)/.test(document.querySelector('#headline').textContent) && document.body.dataset.connection === 'live'", 3);
        var before = tab.Requests.Length;
        await Task.Delay(3000);
        Assert.InRange(tab.Requests[before..].Count(url => url.EndsWith(Live, StringComparison.Ordinal)), 2, 4);
    }

    [SkippableFact]
    public async Task CatchingUpTellsNoChangeThatWasKnown()
    {
        var tab = await Open();
        await Stage.StartAndWait(Stage.Server, "listen", Scenarios.Stage.Server4, "8080", "4");
        Stage.Start(Stage.Client, "connects", Scenarios.Stage.Server4, "8080", "20");
        const string Turned = "[...document.querySelectorAll('#events li')].filter(one => /accept_queue.* is limiting/.test(one.textContent)).length";
        await tab.Until($"{Turned} === 1");
        await tab.Hide(true);
        await Task.Delay(4500);
        var asked = tab.Requests.Length;
        await tab.Hide(false);
        await tab.Until($"performance.getEntriesByType('resource').filter(one => one.name.includes('history?') && one.responseEnd > 0).length > 1");
        Assert.Contains(tab.Requests[asked..], url => url.Contains(History, StringComparison.Ordinal));
        await Task.Delay(1500);
        Assert.Equal(1, (int)(await tab.Run(Turned))!);
        AssertClean(tab);
    }

    [SkippableFact]
    public async Task APausedViewKeepsWhatWasInSight()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History((-600, 77, 0), (-599, 7, 0))));
        var answers = new ConcurrentQueue<string>([script.At(0, 33)]);
        await tab.Intercept(Live, Answers(answers));
        await tab.Go(Address);
        await tab.Until($"{Established}.includes('highest 77')");
        await tab.Click("#pause");
        var seen = (string)(await tab.Run(Established))!;
        var resources = await tab.Text("#resources");
        Assert.Contains("33", seen, StringComparison.Ordinal);

        // Hours later.
        foreach (var seconds in (int[])[600, 1200, 1201, 20_000, 20_001])
            answers.Enqueue(script.At(seconds, 55));
        await tab.Until("document.querySelector('#clock').textContent.includes(' 5 h 33 min ago')");
        Assert.Equal(seen, (string)(await tab.Run(Established))!);
        Assert.Equal(resources, await tab.Text("#resources"));
        Assert.DoesNotContain("established", await tab.Text("#resources-aside"), StringComparison.Ordinal);

        await tab.Click("#pause");
        await tab.Until($"/established55highest 55/.test({Established})");
    }

    [SkippableFact]
    public async Task ALateAnswerIsNoClockSetBack()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History()));
        var late = new TaskCompletionSource<Asked>();
        var asked = 0;
        await tab.Intercept(Live, one => ++asked == 1 ? Task.FromResult(late.TrySetResult(one)) : one.Answer(script.At(asked, asked == 2 ? 77 : 7)));
        await tab.Go(Address);
        var first = await late.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await tab.Hide(true);
        await tab.Hide(false);
        await tab.Until($"{Established}.includes('highest 77')");
        await first.Answer(script.At(0, 5));
        await Task.Delay(2500);
        Assert.True(asked > 3);
        Assert.Contains("highest 77", (string)(await tab.Run(Established))!, StringComparison.Ordinal);
        Assert.DoesNotContain("set back", (string)(await tab.Run(Events))!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AClockSetBackBeginsEverythingAnew()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History((-2, 77, 0), (-1, 7, 2), (0, 7, 2))));
        var answers = new ConcurrentQueue<string>([script.At(0, 7, 2)]);
        await tab.Intercept(Live, Answers(answers));
        await tab.Go(Address);
        await tab.Until($"{Established}.includes('highest 77')");
        await tab.Click("#pause");
        foreach (var (seconds, state) in ((int, int)[])[(-3600, 0), (-3599, 2)])
            answers.Enqueue(script.At(seconds, 7, state));
        await tab.Until($"{Events}.includes('the clock was set back') && {Events}.includes('accept_queue is limiting')");
        Assert.DoesNotContain("77", (string)(await tab.Run(Established))!, StringComparison.Ordinal);
        Assert.Equal("Pause", await tab.Text("#pause"));
    }

    [SkippableFact]
    public async Task ASavedRangeOfAnotherBuildKeepsItsNames()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History((-60, 77, 2), (-59, 7, 0))));
        await tab.Go($"{Address}?since=-5m");
        const string Headline = "document.querySelector('#headline').textContent.startsWith('LIMITING: accept_queue from ')";
        await tab.Until(Headline);
        await tab.Until($"{Established}.includes('highest 77')");
        await tab.Click("#save");
        await Eventually.Holds(
            () => Task.FromResult(Directory.GetFiles(Browser.Downloads, "*.html").Length == 1), TimeSpan.FromSeconds(10), () => "no file");
        var saved = await Browser.Open();
        await saved.Go($"file://{Directory.GetFiles(Browser.Downloads, "*.html")[0]}");
        await saved.Until(Headline);
        Assert.Equal((string)(await tab.Run(Established))!, (string)(await saved.Run(Established))!);
        Assert.True(saved.Complaints.Length == 0, string.Join('\n', saved.Complaints));
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
            await tab.Until("document.querySelector('#connection').textContent === 'a part of this page did not come; trying again'");
        await tab.Until("document.body.dataset.connection === 'live' && getComputedStyle(document.querySelector('#bar')).position === 'sticky'", 20);
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
        await tab.Until("document.querySelector('#headline').textContent.startsWith('OK: nothing was limiting from ')");
        Assert.True(await tab.Is("document.querySelector('#note').hidden"));
    }
}
