using System.Diagnostics;
using System.Globalization;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Page;

/// <summary>The live page in a real Chromium beside a real agent.</summary>
[Collection(OneAtATime)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class PageTests(ITestOutputHelper output) : PageScene
{
    const string SynRecv =
        "[...document.querySelectorAll('#states li')].find(one => one.querySelector('b').textContent === "
        + "'syn_recv').querySelector('.figure').textContent";

    [SkippableFact]
    public async Task AJumpOfSynRecvIsShownWithinTwoSecondsAndNamedInWords()
    {
        var tab = await Open();

        // An agent's first walks are dear, by being compiled, and it rests after dear ones.
        await tab.Until($"{SynRecv} === '0' && document.querySelector('#states .line').getAttribute('d').split('L').length > 2");
        await Stage.StartAndWait(Stage.Server, Kind.Listen, Stage.Server4, "8091", "64");
        Stage.Start(Stage.Client, Kind.SynFlood, Stage.Server4, "8091", "400", "10.92.1.");
        await Eventually.Holds(
            async () => (await Stage.Server.Run("ss", "-Htn", "state", "syn-recv")).Count(one => one == '\n') > 32,
            TimeSpan.FromSeconds(30), () => "no SYN_RECV");
        var watch = Stopwatch.StartNew();
        await tab.Until($"Number({SynRecv}) > 32");
        output.WriteLine($"shown {watch.ElapsedMilliseconds} ms after ss");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);

        await tab.Until(
            "document.querySelector('#headline').textContent.startsWith('LIMITING: Port 8091 answers with SYN cookies: SYN queue full, ')");
        Assert.StartsWith("LIMITING: Port 8091", (string)(await tab.Run("document.title"))!, StringComparison.Ordinal);
        await tab.Until("document.querySelector('#verdict-body').textContent.includes('half-open connections')");
        await tab.Until("document.querySelector('#events').textContent.includes('syn_queue of 10.91.0.1:8091 is limiting')");
        await tab.Until("document.querySelector('#listeners .word').textContent === 'SYN queue was full'");
        Assert.Contains("highest", await tab.Attribute("#states svg", "aria-label"), StringComparison.Ordinal);
        await Keep(tab, "limiting");
        AssertClean(tab);

        await ARangeOfItIsLinkedAndSaved(tab);
    }

    async Task ARangeOfItIsLinkedAndSaved(Tab tab)
    {
        await tab.Click("#pause");
        Assert.Equal("Resume", await tab.Text("#pause"));
        await tab.Run(
            "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text; } } }), 0");
        await tab.Click("#copy");
        await tab.Until("document.querySelector('#toast').textContent === 'Link copied.'");
        var link = (string)(await tab.Run("window.copied"))!;
        Assert.StartsWith(Address, link, StringComparison.Ordinal);
        var range = await Open(
            link[Address.Length..],
            until: "document.querySelector('#headline').textContent.startsWith('WAS LIMITING: Port 8091 answered ')");
        Assert.Equal("past range", await range.Text("#connection"));
        Assert.Contains("syn_queue of 10.91.0.1:8091", await range.Text("#lead"), StringComparison.Ordinal);
        Assert.Contains("Why, as the agent reported at", await range.Text("#verdict-body"), StringComparison.Ordinal);
        Assert.Contains("half-open connections", await range.Text("#verdict-body"), StringComparison.Ordinal);
        AssertClean(range);

        await tab.Click("#save");
        await Eventually.Holds(
            () => Task.FromResult(Directory.GetFiles(Browser.Downloads, "*.html").Length == 1), TimeSpan.FromSeconds(30), () => "no file");
        var file = Directory.GetFiles(Browser.Downloads, "*.html")[0];
        await EndAgent();
        var saved = await Browser.Open();
        await saved.Go($"file://{file}");
        await saved.Until("document.querySelector('#headline').textContent.startsWith('WAS LIMITING: Port 8091 ')");
        Assert.Contains("Why, as the agent reported at", await saved.Text("#verdict-body"), StringComparison.Ordinal);
        await saved.Until(
            "document.querySelectorAll('#resources li').length > 0 && document.querySelectorAll('#states .line').length === 11");
        Assert.Empty(saved.Complaints);
        Assert.Equal([$"file://{file}"], saved.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
        await Keep(saved, "saved");
    }

    [SkippableFact]
    public async Task EverythingIsReachedByKeysAndTold()
    {
        var tab = await Open();
        await tab.Until("document.querySelectorAll('#states li').length === 11");
        await Task.Delay(3000);
        var reached = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            await tab.Press("Tab");
            reached.Add(
                (string)(await tab.Run("document.activeElement.id || document.activeElement.getAttribute('role') || "
                    + "(document.activeElement.tagName === 'SUMMARY' && document.activeElement.parentElement.id) || "
                    + "document.activeElement.textContent"))!);
            Assert.True(
                await tab.Is("getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.tagName === "
                    + "'BODY'"), reached[^1]);
        }
        foreach (var one in (string[])["zone", "pause", "15 min", "5 min", "1 min", "copy", "save", "slider", "resources-rest"])
            Assert.Contains(one, reached);

        await tab.Run("document.querySelector('[role=slider]').focus()");
        var now = await tab.Attribute("[role=slider]", "aria-valuenow");
        await tab.Press("ArrowLeft", 2);
        Assert.InRange(Number(now) - Number(await tab.Attribute("[role=slider]", "aria-valuenow")), 0, 2);
        Assert.Matches(@"^\d\d:\d\d:\d\d, \d+ s before the end: nothing limits$", await tab.Attribute("[role=slider]", "aria-valuetext"));
        Assert.True(await tab.Is("document.querySelector('#signs .cursor').getAttribute('d') !== ''"));
        await tab.Press("Enter");
        Assert.Equal("true", await tab.Attribute("[data-span='60000']", "aria-pressed"));
        Assert.Contains("paused at", await tab.Text("#span"), StringComparison.Ordinal);
        await tab.Press("Escape");
        Assert.True(await tab.Is("document.querySelector('#signs .cursor').getAttribute('d') === ''"));
        AssertClean(tab);
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [SkippableFact]
    public async Task PointingTellsTimeAndValue()
    {
        var tab = await Open();
        await tab.Until("document.querySelectorAll('#states li').length === 11");
        await tab.Point("#signs li:nth-child(3) .plot", 0.999);
        await tab.Until("!document.querySelector('#tip').hidden");
        Assert.Matches(@"^Established: \d+ at \d\d:\d\d:\d\d$", await tab.Text("#tip"));
        Assert.True(await tab.Is(
            "document.querySelector('#tip').getBoundingClientRect().top >= document.querySelector('#signs li:nth-child(3) "
            + ".plot').getBoundingClientRect().bottom"), "the tooltip covers the chart");
        await tab.Until("document.querySelector('#states .cursor').getAttribute('d') !== ''");
        await tab.Point("#headline", 0.5);
        await tab.Until("document.querySelector('#tip').hidden && document.querySelector('#states .cursor').getAttribute('d') === ''");
        AssertClean(tab);
    }

    [SkippableTheory]
    [InlineData(1280, false, true)]
    [InlineData(1280, true, false)]
    [InlineData(360, false, false)]
    [InlineData(360, true, true)]
    public async Task ItFitsTheScreenAndTheSchemeAndIsAccessible(int width, bool dark, bool isLimiting)
    {
        var tab = await Open(width: width, dark: dark);
        if (isLimiting)
        {
            await Stage.StartAndWait(Stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
            Stage.Start(Stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        }
        await tab.Until(
            $"document.body.dataset.verdict === '{(isLimiting ? "limiting" : "ok")}' && document.querySelectorAll('#resources-chips "
            + ".chip').length > 5");
        Assert.True(await tab.Is("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen");
        Assert.True(
            await tab.Is("[...document.querySelectorAll('#controls button:not([hidden])')].every(one => one.offsetHeight >= 24)"),
            "a button is too small for a finger");
        var ground = (string)(await tab.Run("getComputedStyle(document.body).backgroundColor"))!;
        Assert.Equal(dark, Number(ground.Split('(', ',')[1]) < 64);
        await Keep(tab, $"{width}-{(dark ? "dark" : "light")}");
        AssertClean(tab);
        await Axe.AssertAccessible(tab);
    }

    [SkippableFact]
    public async Task AHiddenTabAsksNothingAndCatchesUp()
    {
        var tab = await Open();
        await tab.Hide(true);
        await Task.Delay(1200);
        var before = tab.Requests.Length;
        await Task.Delay(4000);
        Assert.Equal(before, tab.Requests.Length);
        await tab.Hide(false);
        await Eventually.Holds(
            () => Task.FromResult(tab.Requests[before..].Any(url => url.Contains("/api/v1/history?since=20", StringComparison.Ordinal))),
            TimeSpan.FromSeconds(3), () => "no catching up");
        var seconds = tab.Requests.Length;
        await Task.Delay(3000);
        Assert.InRange(tab.Requests.Length - seconds, 2, 5);
        AssertClean(tab);
    }

    [SkippableFact]
    public async Task AnAgentThatIsGoneIsSaidAndOneThatComesBackIsSeen()
    {
        var tab = await Open();
        await tab.Until("document.querySelectorAll('#resources-chips .chip').length > 5");
        await EndAgent();
        await tab.Until("/^no answer since \\d\\d:\\d\\d:\\d\\d; retrying$/.test(document.querySelector('#connection').textContent)");
        StartAgent(history: false);
        await tab.Until("document.querySelector('#connection').textContent === 'live'", 20);
        var fresh = await Open();
        await fresh.Until("document.querySelector('#incidents').textContent.includes('keeps no history')");
        AssertClean(fresh);
    }
}
