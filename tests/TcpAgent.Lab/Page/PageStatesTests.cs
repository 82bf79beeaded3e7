using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Page;

/// <summary>
/// Every state in which somebody may open the page, on real conditions: each says in words what is so, fits its screen and is accessible.
/// </summary>
[Collection(OneAtATime)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class PageStatesTests : PageScene
{
    const string Headline = "document.querySelector('#headline').textContent";

    const string AllThere = "document.querySelectorAll('#resources-chips .chip').length > 5";

    static async Task AssertGood(Tab tab, string name)
    {
        await Keep(tab, name);
        Assert.True(await tab.Is("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen");
        AssertClean(tab);
        await Axe.AssertAccessible(tab);
    }

    async Task NeverAccept(int seconds = 12)
    {
        await Stage.StartAndWait(Stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        Stage.Start(Stage.Client, Kind.Connects, Stage.Server4, "8080", "20");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
    }

    [SkippableTheory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(360, false)]
    [InlineData(1920, false)]
    [InlineData(1920, true)]
    public async Task Limiting(int width, bool dark)
    {
        var tab = await Open(width: width, dark: dark);
        await NeverAccept();
        await tab.Until($"{Headline} === 'LIMITING: Port 8080 is not accepting: accept queue full, 5 of 4' && {AllThere}", 20);
        Assert.Matches(
            @"^accept_queue of 10\.91\.0\.1:8080 . since \d\d:\d\d:\d\d \S+ \(\d+ s\) . now 5 of 4 . peak 5 . [\d,]+ turned away in the ",
            await tab.Text("#lead"));
        Assert.Contains("Find out why the application does not accept", await tab.Text("#verdict-body"), StringComparison.Ordinal);

        // The chart of the limiter, with its limit and what was lost.
        Assert.Equal("limit 4", await tab.Text(".at-limit"));
        Assert.True(await tab.Is("document.querySelector('.hero .bars').getAttribute('d') !== ''"));
        Assert.True(await tab.Is("document.querySelector('.hero').offsetHeight >= 180"));
        Assert.Matches("^Recording since ", await tab.Text("#recording"));

        // The row that matters is in line with the others.
        await tab.Run("document.querySelector('#resources-rest').open = true, 0");
        await tab.Until("document.querySelectorAll('#resources-all li').length > 5");
        Assert.True(await tab.Is(
            "new Set([...document.querySelectorAll('.rows:not(.bare) .plot')].filter(one => one.offsetWidth > 0).map("
            + "one => Math.round(one.getBoundingClientRect().left))).size === 1"));
        await tab.Run("document.querySelector('#resources-rest').open = false, 0");
        await AssertGood(tab, $"limiting-{width}-{(dark ? "dark" : "light")}");
    }

    [SkippableTheory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(360, true)]
    public async Task HealthyAndIdle(int width, bool dark)
    {
        var tab = await Open(width: width, dark: dark);
        await tab.Until($"{Headline} === 'OK: Nothing is limiting this host' && {AllThere}");
        Assert.True(await tab.Is("document.querySelectorAll('#signs li').length === 7"));
        await tab.Until("document.querySelector('#signs li .figure').textContent === '0/s'");
        Assert.Matches("none near its limit$", await tab.Text("#resources-count"));
        Assert.True(await tab.Is("document.querySelector('#resources').hidden && document.querySelector('#drops').hidden"));
        await AssertGood(tab, $"idle-{width}-{(dark ? "dark" : "light")}");
    }

    [SkippableFact]
    public async Task HealthyAndBusy()
    {
        var tab = await Open();
        await Stage.StartAndWait(Stage.Server, Kind.EchoClose, Stage.Server4, "8081", "512");
        await Stage.StartAndWait(Stage.Server, Kind.Sink, Stage.Server4, "8082");
        Stage.Start(Stage.Client, Kind.Short, Stage.Server4, "8081", "200");
        Stage.Start(Stage.Client, Kind.Bulk, Stage.Server4, "8082", "2");
        await tab.Until("parseFloat(document.querySelector('#signs li .figure').textContent) > 50", 20);
        await tab.Until("/[kM]bit/.test(document.querySelector('#signs li:nth-child(6) .figure').textContent)");
        await Task.Delay(8000);
        Assert.Equal("ok", await tab.Attribute("body", "data-verdict"));
        await AssertGood(tab, "busy");
    }

    [SkippableFact]
    public async Task NearALimit()
    {
        var tab = await Open();
        await Stage.Set(Stage.Client, "net.ipv4.tcp_fin_timeout=60");
        await Stage.Set(Stage.Server, "net.ipv4.tcp_max_tw_buckets=100");
        await Stage.StartAndWait(Stage.Client, Kind.EchoClose, Scenarios.Stage.Client4, "8083", "512");
        Stage.Start(Stage.Server, Kind.TimeWaits, Scenarios.Stage.Client4, "8083", "90");
        await tab.Until($"/^NEAR A LIMIT: TIME_WAIT sockets are near the limit: \\d+ of 100$/.test({Headline}) && {AllThere}", 30);
        Assert.StartsWith("NEAR A LIMIT: ", (string)(await tab.Run("document.title"))!, StringComparison.Ordinal);
        await AssertGood(tab, "near");
    }

    [SkippableFact]
    public async Task APastRangeIsExplainedAsItWasThen()
    {
        var tab = await Open();
        await NeverAccept(25);
        await Stage.EndTraffic();
        await tab.Go($"{Address}?since=-5m");
        await tab.Until($"{Headline} === 'WAS LIMITING: Port 8080 was not accepting: accept queue full, 5 of 4' && {AllThere}");
        Assert.Matches(
            @"^accept_queue of 10\.91\.0\.1:8080 . .* to .* \(.*\) . reached 5 of 4 . [\d,]+ turned away$", await tab.Text("#lead"));
        Assert.Contains("Why, as the agent reported at", await tab.Text("#verdict-body"), StringComparison.Ordinal);
        Assert.Contains("What to change", await tab.Text("#verdict-body"), StringComparison.Ordinal);

        // A story is read from its beginning.
        var times = (await tab.Run("[...document.querySelectorAll('#events button')].map(one => one.textContent)"))!.AsArray()
            .Select(one => (string)one!).ToList();
        Assert.Equal(times.Order(StringComparer.Ordinal), times);
        Assert.True(await tab.Is("document.querySelector('#pause').hidden && !document.querySelector('#now').hidden"));
        await AssertGood(tab, "past");
    }

    /// <summary>The live page that is opened a minute after it is over says what was.</summary>
    [SkippableFact]
    public async Task WhatIsOverIsSaidWithAWayThere()
    {
        var tab = await Open();
        await NeverAccept(20);
        await Stage.EndTraffic();
        await tab.Until("document.body.dataset.verdict === 'ok'", 100);
        await tab.Until("/^Last limited .* to .*: Port 8080 was not accepting: accept queue full, 5 of 4; [\\d,]+ turned away\\. Show$/"
            + ".test(document.querySelector('#last').textContent)");
        await tab.Until("document.querySelector('#listeners').textContent.includes('closed ')");
        await AssertGood(tab, "over");
        var link = await tab.Attribute("#last a", "href");
        await tab.Go(Address + link);
        await tab.Until($"{Headline}.startsWith('WAS LIMITING: Port 8080 was not accepting')");
        AssertClean(tab);
    }

    /// <summary>The list and the incident's page describe it once, in the past tense.</summary>
    [SkippableFact]
    public async Task AnIncident()
    {
        var tab = await Open();
        await NeverAccept(20);
        await Stage.EndTraffic();
        await tab.Intercept(Incidents, one => one.Pass());
        await Eventually.Holds(
            async () => (await tab.Run("fetch('api/v1/incidents').then(answer => answer.json())"))!["incidents"]!.AsArray().Count == 1,
            TimeSpan.FromMinutes(4), () => "no incident");
        await tab.Go(Address);
        await tab.Until(
            "document.querySelector('#incidents b')?.textContent === 'Port 8080 was not accepting: accept queue full, 5 of 4'");
        Assert.Matches(
            @"^accept_queue of 10\.91\.0\.1:8080 was limiting for \d+ (s|min), 5 of 4, [\d,]+ lost$", await tab.Text("#incidents .what"));
        var link = await tab.Attribute("#incidents a", "href");
        await tab.Go(Address + link);
        await tab.Until($"{Headline} === 'WAS LIMITING: Port 8080 was not accepting: accept queue full, 5 of 4'");
        await AssertGood(tab, "incident");
    }

    [SkippableFact]
    public async Task ARangeWithoutARecordSaysHowFarTheHistoryReaches()
    {
        var tab = await Open();
        await tab.Until(AllThere);
        await tab.Go($"{Address}?since=2026-01-01T00:00:00Z&until=2026-01-01T00:10:00Z");
        await tab.Until($"{Headline} === 'NO RECORD: Nothing was recorded from 2026-01-01 00:00:00 UTC to 2026-01-01 00:10:00 UTC'");
        await tab.Until("document.querySelector('#note').textContent.startsWith('The history reaches from ')");
        Assert.True(await tab.Is("document.querySelector('#board').offsetHeight === 0 && document.querySelector('#pause').hidden"));
        await AssertGood(tab, "empty");
        var link = await tab.Attribute("#note a", "href");
        await tab.Go(Address + link);
        await tab.Until($"{Headline} === 'WAS OK: Nothing was limiting this host'");
    }

    [SkippableTheory]
    [InlineData(1280, false)]
    [InlineData(360, true)]
    public async Task ADeadAgentIsNeverOk(int width, bool dark)
    {
        var tab = await Open(width: width, dark: dark);
        await tab.Until($"{Headline}.startsWith('OK: ') && {AllThere}");
        await EndAgent();
        await tab.Until($"/^NO DATA: No answer from the agent since \\d\\d:\\d\\d:\\d\\d \\S+$/.test({Headline})", 15);
        Assert.Equal("unknown", await tab.Attribute("body", "data-verdict"));
        Assert.StartsWith("NO DATA - ", (string)(await tab.Run("document.title"))!, StringComparison.Ordinal);
        Assert.Contains("%236b7480", await tab.Attribute("#icon", "href"), StringComparison.Ordinal);
        Assert.Contains("The last verdict was OK: Nothing is limiting this host.", await tab.Text("#lead"), StringComparison.Ordinal);

        // The clock goes on.
        var clock = await tab.Text("#clock");
        await tab.Until($"document.querySelector('#clock').textContent !== '{clock}' && "
            + "/^last sample \\d+ s ago$/.test(document.querySelector('#age').textContent)");
        await Keep(tab, $"dead-{width}");
        await Axe.AssertAccessible(tab);
        StartAgent();
        await tab.Until($"{Headline}.startsWith('OK: ')", 20);
        Assert.Equal("", await tab.Text("#age"));
    }

    [SkippableFact]
    public async Task TimesAreInTheZoneThatIsChosen()
    {
        var tab = await Open();
        await tab.Send("Emulation.setTimezoneOverride", new { timezoneId = "Asia/Kolkata" });
        await tab.Go(Address);
        await tab.Until("document.querySelector('#zone').textContent === 'GMT+5:30'");
        await tab.Click("#zone");
        await tab.Until("document.querySelector('#zone').textContent === 'UTC'");
        var utc = (string)(await tab.Run("new Date().toISOString().slice(11, 16)"))!;
        Assert.StartsWith(utc, await tab.Text("#clock"), StringComparison.Ordinal);

        // The choice stays.
        await tab.Go(Address);
        await tab.Until("document.querySelector('#zone').textContent === 'UTC' && document.querySelector('#clock').textContent !== ''");
    }

    [SkippableFact]
    public async Task ListenersSortByAnyColumn()
    {
        var tab = await Open();
        foreach (var (port, backlog) in ((string, string)[])[("8001", "64"), ("8002", "8"), ("8003", "512")])
            await Stage.StartAndWait(Stage.Server, Kind.Listen, Scenarios.Stage.Server4, port, backlog);
        await tab.Until("document.querySelectorAll('#listeners tr').length === 4");
        const string Limits = "[...document.querySelectorAll('#listeners tr')].map(one => Number(one.cells[3].textContent)).join()";
        await tab.Click("#listener-table th:nth-child(4) button");
        await tab.Until(
            $"{Limits}.startsWith('512,') && document.querySelector('#listener-table th:nth-child(4)').ariaSort === 'descending'");
        await tab.Click("#listener-table th:nth-child(4) button");
        await tab.Until($"{Limits}.startsWith('8,64,')");
        AssertClean(tab);
    }
}
