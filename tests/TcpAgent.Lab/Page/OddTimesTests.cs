using System.Collections.Concurrent;
using System.Globalization;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Page;

/// <summary>
/// The page while time does not just pass: paused for hours, a clock that is set back, answers in the wrong order, holes.
/// </summary>
[Collection(OneAtATime)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class OddTimesTests : PageScene
{
    /// <summary>Answers by what the test says next: the last word holds.</summary>
    static Func<Asked, Task> Answers(ConcurrentQueue<string> bodies) => async asked =>
    {
        if (bodies.Count > 1 && bodies.TryDequeue(out var body))
            await asked.Answer(body);
        else if (bodies.TryPeek(out body))
            await asked.Answer(body);
    };

    static DateTimeOffset Since(Tab tab) => DateTimeOffset.Parse(
        tab.Requests.Last(url => url.Contains(History, StringComparison.Ordinal)).Split("since=")[1], CultureInfo.InvariantCulture);

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
        var resources = await tab.Text("#s-resources");
        Assert.Contains("33", seen, StringComparison.Ordinal);

        // Hours later.
        foreach (var seconds in (int[])[600, 1200, 1201, 20_000, 20_001])
            answers.Enqueue(script.At(seconds, 55));
        await tab.Until("document.querySelector('#span').textContent.includes(' 5 h 33 min ago')");
        Assert.Equal(seen, (string)(await tab.Run(Established))!);
        Assert.Equal(resources, await tab.Text("#s-resources"));
        Assert.DoesNotContain("established", await tab.Text("#resources-aside"), StringComparison.Ordinal);

        // Never more than it would keep is asked for, 16 minutes.
        Assert.InRange(script.Start.AddSeconds(20_000) - Since(tab), TimeSpan.FromMinutes(15.9), TimeSpan.FromMinutes(16.1));

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
        await tab.Intercept(
            Live, one => ++asked == 1 ? Task.FromResult(late.TrySetResult(one)) : one.Answer(script.At(asked, asked == 2 ? 77 : 7)));
        await tab.Go(Address);
        var first = await late.Task.WaitAsync(TimeSpan.FromSeconds(30));
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
        (double, string, string) back = (-3600, "agent", "the clock was set back");
        answers.Enqueue(script.At(-3600, 7, 0, back));
        answers.Enqueue(script.At(-3599, 7, 2, back, (-3599, "limiting", "verdict: accept_queue is limiting")));
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
        const string Headline =
            "document.querySelector('#headline').textContent === 'WAS LIMITING: Accept queue was limiting'";
        await tab.Until(Headline);
        await tab.Until($"{Established}.includes('highest 77')");
        await tab.Click("#save");
        await Eventually.Holds(
            () => Task.FromResult(Directory.GetFiles(Browser.Downloads, "*.html").Length == 1), TimeSpan.FromSeconds(30), () => "no file");
        var saved = await Browser.Open();
        await saved.Go($"file://{Directory.GetFiles(Browser.Downloads, "*.html")[0]}");
        await saved.Until(Headline);
        Assert.Equal((string)(await tab.Run(Established))!, (string)(await saved.Run(Established))!);
        Assert.True(saved.Complaints.Length == 0, string.Join('\n', saved.Complaints));
    }

    /// <summary>The link of an alert ends two minutes after the alert: what goes on must not look over.</summary>
    [SkippableFact]
    public async Task ARangeThatEndsInTheFutureSaysHowFarItIsRecorded()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History((-60, 77, 0), (-59, 77, 2), (-58, 7, 2))));
        async Task Show(TimeSpan until)
        {
            await tab.Go($"{Address}?since=-5m&until={DateTimeOffset.UtcNow + until:yyyy-MM-dd'T'HH:mm:ss'Z'}");
            await tab.Until("document.querySelector('#headline').textContent === 'WAS LIMITING: Accept queue was limiting'");
        }

        await Show(TimeSpan.FromHours(1));
        await tab.Until("!document.querySelector('#note').hidden");
        Assert.Matches(
            @"^This range ends in the future, at .* \d\d:\d\d:\d\d \S+\. It is recorded up to \d\d:\d\d:\d\d\. Load it again$",
            await tab.Text("#note"));
        Assert.Contains(" and on)", await tab.Text("#lead"), StringComparison.Ordinal);
        await Show(TimeSpan.FromSeconds(-30));
        Assert.True(await tab.Is("document.querySelector('#note').hidden"));
        AssertClean(tab);
    }

    [SkippableFact]
    public async Task OfARangeWithoutASecondNothingIsSaid()
    {
        var tab = await Open();
        var script = await Script.From(tab);
        await tab.Intercept(History, AlwaysAnswer(script.History((-600, 77, 0), (-1, 7, 0))));
        await tab.Go($"{Address}?since=-15m");
        await tab.Until("document.querySelector('#headline').textContent === 'WAS OK: Nothing was limiting this host'");
        await tab.Run(
            "(one => one.dispatchEvent(new MouseEvent('dblclick', { bubbles: true, clientX: one.getBoundingClientRect().left + "
            + "one.offsetWidth / 2 })))(document.querySelector('.strip'))");
        await tab.Until("document.querySelector('#headline').textContent === 'CANNOT TELL: No data for this range'");
        Assert.True(
            await tab.Is("!document.querySelector('#nothing').hidden && document.querySelector('#s-resources').offsetHeight === 0"));
        await Keep(tab, "nothing");
        await tab.Click("#zoom button");
        await tab.Until("document.querySelector('#nothing').hidden && document.querySelector('#s-resources').offsetHeight > 0");
        AssertClean(tab);
    }
}
